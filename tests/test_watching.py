"""What changes in a records directory is found soon: told of by the system, or looked for where it does not tell."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import researcher as rs
from researcher.errors import ResearcherError
from researcher.storage import watching
from researcher.storage.bell import Bell
from researcher.storage.directory import Change, RecordsDirectory
from researcher.storage.watching import Watching

SOON = 30.0  # seconds; how long a test waits for what should come at once
RECORD = """
import sys
import researcher as rs
with rs.Recorder({"title": "elsewhere"}, sys.argv[1]) as recorder:
    for line in sys.stdin:
        recorder.observe(loss=float(line))
        print("observed", flush=True)
"""


class Looking:
    """Looks at a directory on a thread, whenever that is worth while, and remembers what it found."""

    def __init__(self, path: Path, bell: Callable[[Path, threading.Event], Bell] = Bell) -> None:
        self.directory = RecordsDirectory(path)
        self.found: list[Change] = []
        self.stop = threading.Event()
        self.bell = bell(path, self.stop)
        self._watching = Watching(self.directory, self.stop, self.bell)
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def until(self, condition: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(condition, SOON), (self.found, self.directory.experiments)

    def grown(self) -> list[rs.Experiment]:
        return [experiment for change in self.found for experiment in change.grown]

    def statuses(self) -> dict[str, str]:
        return {e.title: e.status for e in self.directory.experiments}

    def end(self) -> None:
        self.stop.set()
        self._thread.join(SOON)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while self._watching.wait():
            begun = time.thread_time()
            try:
                found = self._watching.look()
            except ResearcherError:
                found = Change(False, ())
            with self._news:
                self.found.append(found)
                self._news.notify_all()
            self._watching.rest(time.thread_time() - begun)


class Elsewhere:
    """Another process, which records into a directory."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", RECORD, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def observe(self, value: float) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(value, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "observed\n"

    def end(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.process.communicate(timeout=SOON)


@pytest.fixture
def look() -> Iterator[Callable[..., Looking]]:
    """Makes what looks at directories, and ends it after the test."""
    made: list[Looking] = []

    def look(*args: object) -> Looking:
        made.append(Looking(*args))  # type: ignore[arg-type]
        return made[-1]

    yield look
    for each in made:
        each.end()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    rs.record_experiment({"title": "first"}, tmp_path / "records", {"loss": [1.0]})
    return tmp_path / "records"


@pytest.fixture
def record_elsewhere() -> Iterator[Callable[[Path], Elsewhere]]:
    """Starts processes that record, and ends them after the test."""
    made: list[Elsewhere] = []

    def start(path: Path) -> Elsewhere:
        made.append(Elsewhere(path))
        return made[-1]

    yield start
    for each in made:
        each.end(kill=True)


@pytest.fixture(params=["told", "polling"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either the system tells and nothing else helps, or it may not tell."""
    if request.param == "told":
        monkeypatch.setattr(watching, "NET", 1e9)
    else:
        monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    return str(request.param)


def test_what_another_process_records_is_found_and_grows(
    look: Callable[..., Looking], record_elsewhere: Callable[[Path], Elsewhere], records: Path, way: str
) -> None:
    looking = look(records)
    looking.until(lambda: looking.statuses() == {"first": "finished"})
    elsewhere = record_elsewhere(records)
    elsewhere.observe(1.0)
    looking.until(lambda: looking.statuses().get("elsewhere") == "running")
    running = looking.directory.experiments[-1]
    for n in range(2, 5):
        elsewhere.observe(1.0 / n)
        looking.until(lambda n=n: len(running.observations.get("loss", ())) == n)  # type: ignore[misc]
    elsewhere.end()
    looking.until(lambda: looking.statuses() == {"first": "finished", "elsewhere": "finished"})
    assert looking.directory.experiments[-1] is running
    assert set(looking.grown()) == {running}
    assert looking.bell.rings is (way == "told")


def test_a_writer_that_is_killed_is_noticed_though_nobody_tells(
    look: Callable[..., Looking], record_elsewhere: Callable[[Path], Elsewhere], records: Path, way: str
) -> None:
    looking = look(records)
    elsewhere = record_elsewhere(records)
    elsewhere.observe(1.0)
    looking.until(lambda: looking.statuses().get("elsewhere") == "running")
    elsewhere.end(kill=True)
    looking.until(lambda: looking.statuses().get("elsewhere") == "interrupted")
    assert looking.bell.rings is (way == "told")  # that nobody told of it does not count


def test_a_directory_that_comes_goes_and_comes_again(
    look: Callable[..., Looking], tmp_path: Path, records: Path, way: str
) -> None:
    path = tmp_path / "later"
    looking = look(path)
    shutil.copytree(records, path)
    looking.until(lambda: looking.statuses() == {"first": "finished"})
    shutil.rmtree(path)
    shutil.copytree(records, path)
    rs.record_experiment({"title": "second"}, path)
    looking.until(lambda: "second" in looking.statuses())
    rs.record_experiment({"title": "third"}, path)
    looking.until(lambda: "third" in looking.statuses())
    path.rename(tmp_path / "away")
    path.mkdir()
    looking.until(lambda: looking.statuses() == {})
    rs.record_experiment({"title": "fourth"}, path)
    looking.until(lambda: list(looking.statuses()) == ["fourth"])
    assert looking.bell.rings is (way == "told")


def test_where_the_system_keeps_silent_it_is_found_out_and_looked_for(
    look: Callable[..., Looking], records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(Bell):
        """As on a disk of another machine: it could tell, but it never does."""

        def listen(self, seconds: float) -> set[str]:
            return super().listen(seconds) & {""}

    monkeypatch.setattr(watching, "NET", 1.0)
    looking = look(records, Silent)
    looking.until(lambda: len(looking.found) == 1)
    assert looking.bell.rings
    rs.record_experiment({"title": "second"}, records)
    looking.until(lambda: "second" in looking.statuses())
    looking.until(lambda: not looking.bell.rings)
    monkeypatch.setattr(watching, "NET", 1e9)
    rs.record_experiment({"title": "third"}, records)
    looking.until(lambda: "third" in looking.statuses())


def test_nothing_is_logged_of_what_changes(
    look: Callable[..., Looking], records: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    looking = look(records)
    looking.until(lambda: len(looking.found) == 1)
    rs.record_experiment({"title": "second"}, records)
    looking.until(lambda: "second" in looking.statuses())
    assert [record.name for record in caplog.records] == []


def test_many_changes_at_once_are_few_looks(look: Callable[..., Looking], records: Path) -> None:
    looking = look(records)
    looking.until(lambda: len(looking.found) == 1)
    begun = time.monotonic()
    with rs.Recorder({"title": "here"}, records) as recorder:
        for i in range(3000):
            recorder.observe(loss=float(i))
    looking.until(lambda: looking.statuses().get("here") == "finished")
    assert len(looking.found) <= 2 + (time.monotonic() - begun) / watching.TICK


def test_a_look_that_was_costly_is_followed_by_a_pause(records: Path) -> None:
    stop = threading.Event()
    looking = Watching(RecordsDirectory(records), stop)
    assert looking.wait()
    looking.look()
    begun = time.monotonic()
    looking.rest(0.05)
    rs.record_experiment({"title": "second"}, records)
    assert looking.wait()
    assert time.monotonic() - begun >= 0.05 * watching.SHARE
    assert looking.look().listed
    stop.set()
    assert not looking.wait()


WITHOUT = """
import sys, threading
sys.modules["watchfiles"] = None
from pathlib import Path
import researcher as rs
from researcher.storage.directory import RecordsDirectory
from researcher.storage.watching import Watching
directory = RecordsDirectory(sys.argv[1])
looking = Watching(directory, threading.Event())
while looking.wait():
    looking.look()
    if len(directory.experiments) == 2:
        break
    rs.record_experiment({"title": "second"}, sys.argv[1])
    looking.rest(0)
"""


def test_without_watchfiles_it_is_looked_for(records: Path) -> None:
    subprocess.run([sys.executable, "-c", WITHOUT, str(records)], check=True, timeout=SOON)


LEAVE = """
import sys, warnings
warnings.simplefilter("ignore")
import researcher as rs
explorer = rs.Explorer(sys.argv[1])
while not explorer._source._watch._watching._bell.rings:
    pass
"""


def test_a_process_that_watches_ends_quietly(records: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LEAVE, str(records)], capture_output=True, text=True, timeout=SOON, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
