"""Record an experiment while it runs: every observation is in a file before `Recorder.observe` returns."""

from __future__ import annotations

import atexit
import functools
import hashlib
import inspect
import os
import time
import traceback
import uuid
import warnings
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Literal, Self, TypeVar

from researcher import observing, resume
from researcher.annotations import time_of_day
from researcher.cell import cell_run
from researcher.errors import CannotWrite, NotRecordable, NotRecording, RecordingWarning, ResearcherError
from researcher.experiment import Experiment
from researcher.progress import Progress
from researcher.record import checked_params
from researcher.storage import liveness, names, records
from researcher.storage.ending import publish_journal, rescue_journal
from researcher.storage.follow import JournalReader
from researcher.storage.journal import Journal
from researcher.storage.lines import Line, Points, encoded, encoded_points, number_text
from researcher.storage.strict import Notes, pointer

R = TypeVar("R")
Status = Literal["finished", "failed", "interrupted"]
Errors = Literal["raise", "warn"]

_SIMPLE = frozenset({int, NoneType})
_LONGEST = 20_000  # characters of a traceback
_running: weakref.WeakSet[Recorder] = weakref.WeakSet()


class Recorder:
    """Records an experiment step by step.

    What `observe` returned from survives the end of the process, however it ends: it stands in a journal beside the
    records, which becomes a record when the experiment ends. Others see it grow.

    >>> with rs.Recorder(params, "records/") as recorder:          # doctest: +SKIP
    ...     for epoch in range(params["epochs"]):
    ...         recorder.observe(loss=loss, val_loss=val_loss)

    The context ends it as ``finished``, as ``failed`` with the exception, or as ``interrupted`` for
    KeyboardInterrupt; exceptions pass through. Without ``with``, call `start` and `finish`. As a decorator it records
    each call of a function as an experiment of its own, and hands itself over if the function has a parameter
    ``recorder``.

    Any number of threads may observe. So may child processes, forked or given the recorder pickled, each best with a
    fold or names of its own; only the process that started it ends it.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        records: str | os.PathLike[str] = "records/",
        *,
        errors: Errors = "raise",
        progress: bool | int = False,
    ) -> None:
        """Check the params; nothing is written before the start.

        Args:
            params: what the experiment is run with, by name; ``title`` names the file.
            records: the records directory; it is made if it is missing.
            errors: whether an observation that cannot be recorded, and a directory that cannot be written to at the
                start, raise or are warned of. Trouble with the disk later on is always only warned of.
            progress: show a progress bar with the latest values; a number is that of the steps to come.

        Raises:
            NotRecordable: a param has no place in a record.
            ValueError: ``errors`` is neither ``"raise"`` nor ``"warn"``.
        """
        if errors not in ("raise", "warn"):
            raise ValueError(f"errors={errors!r}: it is 'raise' or 'warn'")
        self._params = checked_params(params)
        self._records = Path(records)
        self._errors = errors
        self._progress = Progress(progress, self._params)
        self._resumed: tuple[Experiment, int | float | None] | None = None
        self._journal: Journal | None = None
        self._reader: JournalReader | None = None
        self._experiment = Experiment(self._params)
        self._kinds: dict[str, str] = {}
        self._zero = 0.0  # the time.perf_counter() of the start
        self._owner = os.getpid()
        self._cell = cell_run()
        self._told = False
        self._ended = False

    @classmethod
    def resume(
        cls,
        hash_or_file: str | os.PathLike[str],
        records: str | os.PathLike[str] = "records/",
        *,
        step: float | None = None,
        errors: Errors = "raise",
        progress: bool | int = False,
    ) -> Self:
        """A recorder that goes on with an experiment that was interrupted, or failed, or even finished.

        Every observation goes on one step after its last one, or at ``step``; what is observed at a step again takes
        the place of what was there.

        Args:
            hash_or_file: at least eight characters of the hash, or the journal or record; of several with one hash
                the newest that did not finish.
            records: the records directory.
            step: the step that the next observations have.
            errors: see `Recorder`.
            progress: see `Recorder`.

        Raises:
            NoSuchExperiment: there is none, or several different ones.
            RecordsNotFound: there is no such directory.
            CannotWrite: it still runs, or its record is one of the 2020 package, which is never changed.
        """
        found = resume.to_resume(hash_or_file, Path(records))
        directory = found.path.parent if found.path is not None else records
        recorder = cls(found.params, directory, errors=errors, progress=progress)
        recorder._resumed = (found, observing.step_of(step))
        recorder._experiment = found
        return recorder

    # Beginning and ending.

    def start(self) -> Self:
        """Open the journal; from now on the experiment is there for all who load the directory.

        A recorder that an earlier run of the same notebook cell left open is ended as ``interrupted``.

        Raises:
            NotRecording: it was started before.
            CannotWrite: the directory cannot be written to; with ``errors="warn"`` a warning, and what is observed is
                kept in memory until it can be written.
            MissingExtra: a progress bar is wanted, and tqdm is not installed.
        """
        if self._journal is not None:
            raise NotRecording("this recorder was started before; an experiment of its own needs a recorder of its own")
        self._cell = cell_run()
        for earlier in list(_running):
            if self._cell.follows(earlier._cell):
                name = earlier.finish("interrupted").name
                _warn(f"the recording that the earlier run of this cell began was ended as interrupted: {name}")
        self._progress.open()
        self._owner = os.getpid()
        self._journal = self._opened()
        self._reader = JournalReader(self._journal.path, self._journal.read)
        self._reader.refresh()
        self._kinds = self._reader.replay.kinds()
        self._experiment.become(self._reader.experiment())
        weakref.finalize(self, self._journal.close)
        _running.add(self)
        return self

    def finish(self, status: Status = "finished", error: BaseException | None = None) -> Experiment:
        """End the experiment and publish its record; a second call does nothing.

        If the record cannot be written, a warning says where everything is kept. In a child process this only gives
        up the child's access.

        Args:
            status: how it ended.
            error: what ended it; its type, message and traceback are recorded.

        Returns:
            The experiment as it was recorded.

        Raises:
            NotRecording: it was never started.
        """
        journal = self._journal
        if journal is None:
            raise NotRecording("this recorder was not started: use it in a `with`, or call start()")
        if not self._ended:
            self._ended = True
            self._progress.close()
            _running.discard(self)
            if os.getpid() == self._owner:
                told = None if error is None else _told_of(error)
                journal.append(encoded(Line(self._now(), status=status, error=told)))
                self._publish(journal)
            journal.close()
        return self._experiment

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        elif isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            self.finish("interrupted")
        else:
            self.finish("failed", error)

    def __call__(self, function: Callable[..., R]) -> Callable[..., R]:
        """Record each call of ``function`` as an experiment of its own, with the params of this recorder."""
        wanted = "recorder" in inspect.signature(function).parameters

        @functools.wraps(function)
        def recorded(*args: Any, **keywords: Any) -> R:
            with type(self)(
                self._params, self._records, errors=self._errors, progress=self._progress.wanted
            ) as recorder:
                return function(*args, **keywords, **({"recorder": recorder} if wanted else {}))

        return recorded

    # What happened.

    def observe(
        self,
        mapping: Mapping[str, Any] | None = None,
        /,
        *,
        step: float | None = None,
        fold: int | None = None,
        **observations: Any,
    ) -> None:
        """Record one point of each of these observations.

        Numbers of any library are points of curves; NaN and infinity are kept as such. Lists, text, dicts and
        booleans are kept as single values, of each name the last one.

        Args:
            mapping: observations by name, for names that are no identifiers.
            step: of the points; if not given, for each observation one after its step before. What was observed at
                the same step before is replaced.
            fold: of the points, counted from 0.
            **observations: more of them.

        Raises:
            NotRecordable: a value or name has no place in a record; the others of this call are recorded. With
                ``errors="warn"`` a warning.
            ObservationConflict: a name had folds before and has none now, or was a single value; likewise.
            NotRecording: it is not started, or has ended; likewise.
        """
        if mapping is not None:
            observations = {**mapping, **observations}
        if not self._observed_quickly(observations, step, fold):
            self._observe(observations, step, fold)
        if self._progress.shown:
            self._progress.advance(observations)

    def note(self, text: str) -> None:
        """Add a remark to the record, with the time of day."""
        self._write(Line(self._now(), note={"at": time_of_day(), "text": str(text)}))

    def tag(self, *tags: str) -> None:
        """Tag the experiment with these words."""
        self._write(Line(self._now(), tags=[str(tag) for tag in tags]))

    def file(self, path: str | os.PathLike[str]) -> None:
        """Note a file that belongs to the experiment, such as a saved model: its path, size and SHA-256.

        Raises:
            OSError: it cannot be read.
        """
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
        self._write(Line(self._now(), file={"path": os.fspath(path), "bytes": size, "sha256": digest}))

    # What it is.

    @property
    def experiment(self) -> Experiment:
        """The experiment so far: one object, brought up to date whenever it is asked for here."""
        if self._reader is not None and not self._ended and self._reader.refresh():
            self._experiment.become(self._reader.experiment())
        return self._experiment

    @property
    def params(self) -> dict[str, Any]:
        """The params, as plain values."""
        return dict(self._params)

    @property
    def path(self) -> Path | None:
        """The journal, and after the end the record; None before the start."""
        return self._experiment.path

    @property
    def status(self) -> str:
        """``running``, how it ended, or before the start ``new``."""
        return self._experiment.status if self._journal is not None else "new"

    def __repr__(self) -> str:
        return f"<Recorder {self.status}: {self._experiment!r}>"

    # A recorder that is pickled observes into the journal of the process that started it.

    def __getstate__(self) -> dict[str, Any]:
        journal = self.path if self._journal is not None and not self._ended else None
        known = {"params": self._params, "records": self._records, "errors": self._errors}
        return {**known, "journal": journal, "owner": self._owner, "kinds": self._kinds, "began": self._began()}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["params"], state["records"], errors=state["errors"])  # type: ignore[misc]
        if state["journal"] is None:
            return
        self._owner, self._kinds = -1, state["kinds"]
        self._zero = time.perf_counter() - (time.time() - state["began"])
        self._journal = Journal.join(state["journal"])
        self._reader = JournalReader(self._journal.path, self._journal.read)
        self._experiment = Experiment(self._params, self._journal.path)
        weakref.finalize(self, self._journal.close)

    def _opened(self) -> Journal:
        """The journal, with all that it has to begin with."""
        if self._resumed is None:
            head = records.stamped(self._params, None, "running")
            ours = head["researcher"]
            head["researcher"] = {**ours, "id": uuid.uuid4().hex, "writer": liveness.writer()}
            self._zero = time.perf_counter()
            return self._begun(head)
        experiment, step = self._resumed
        self._zero = time.perf_counter() - max(0.0, time.time() - experiment.recorded_at)
        if experiment.path is not None and experiment.path.suffix == names.JOURNAL:
            try:
                journal = Journal.reopen(experiment.path)
            except OSError as error:
                raise CannotWrite(f"cannot go on with {experiment.path}: {_reason(error)}") from error
        else:
            journal = self._begun(resume.head_of(experiment, liveness.writer()))
            journal.append(encoded(resume.lines_of(experiment)))
        journal.append(encoded(Line(self._now(), resumed=True, step=step)))
        return journal

    def _begun(self, head: Mapping[str, Any]) -> Journal:
        name = names.stem(head.get("title"), head["hash"])
        line = records.encode_head(head)
        try:
            return Journal.begin(self._records, name, line)
        except (OSError, ValueError) as error:
            message = f"cannot record into {self._records}: {_reason(error)}"
            if self._errors == "raise":
                raise CannotWrite(message) from error
            _warn(f"{message}\nWhat is observed is kept in memory, and written as soon as that is possible.")
            self._told = True
            return Journal.unwritten(self._records / names.numbered(name, 1, names.JOURNAL), line)

    def _began(self) -> float:
        """When it started, in seconds since 1970."""
        return time.time() - (time.perf_counter() - self._zero)

    def _now(self) -> float:
        return time.perf_counter() - self._zero

    def _observed_quickly(self, observations: dict[str, Any], step: Any, fold: object) -> bool:
        """The quick way of `observe`, for what nothing can be wrong with: finite floats of known curves."""
        journal, kinds = self._journal, self._kinds
        if journal is None or self._ended or fold is not None or type(step) not in _SIMPLE:
            return False
        for name, value in observations.items():
            if type(value) is not float or value - value != 0.0 or kinds.get(name) != "curve":
                return False
        journal.append(encoded_points(Points(time.perf_counter() - self._zero, observations, step)))
        if journal.trouble:
            self._tell(journal.trouble)
        return True

    def _observe(self, observations: Mapping[str, Any], step: Any, fold: Any) -> None:
        """The careful way of `observe`: what is good is written, then what is not is told."""
        now = self._now()
        try:
            step, fold = observing.step_of(step), observing.fold_of(fold)
        except NotRecordable as error:
            self._refuse(error)
            return
        found = observing.sorted_out(observations, fold, self._kinds)
        points = {name: number_text(value) for name, value in found.points.items()}
        notes = Notes()
        kept = {name: notes.strict(value, pointer("", name)) for name, value in found.kept.items()}
        noted = notes.as_dict()
        if points or kept:
            self._write(Line(now, points or None, step, fold, kept or None, noted.get("texts"), noted.get("keys")))
        for refused in found.refused:
            self._refuse(refused)

    def _write(self, line: Line) -> None:
        if self._journal is None or self._ended:
            state = "has ended" if self._ended else "is not started: use it in a `with`, or call start()"
            self._refuse(NotRecording(f"this recorder {state}; nothing is recorded"))
            return
        self._journal.append(encoded(line))
        if self._journal.trouble:
            self._tell(self._journal.trouble)

    def _refuse(self, error: ResearcherError) -> None:
        if self._errors == "raise":
            raise error
        _warn(str(error))

    def _tell(self, trouble: str) -> None:
        """Warn, once, that the disk takes nothing at present."""
        if not self._told:
            self._told = True
            _warn(
                f"cannot write to {self._records}: {trouble}. The experiment goes on; what is observed is kept in "
                "memory and written as soon as that is possible, at the latest into a file that is named at the end."
            )

    def _publish(self, journal: Journal) -> None:
        """Make the record, or else say where everything is."""
        written = journal.flush()
        reader = JournalReader(journal.path, journal.read)
        reader.refresh()
        try:
            self._experiment.become(publish_journal(reader))
        except OSError as error:
            self._experiment.become(reader.experiment())
            if written:
                kept = f"Everything is kept in {journal.path}; `researcher recover {self._records}` makes its record"
            elif (rescued := rescue_journal(reader)) is not None:
                kept = f"Everything is kept in {rescued.path}"
                self._experiment.become(rescued)
            else:
                kept = "It could not be written to the temporary directory either; it is in recorder.experiment.data"
            _warn(f"the record cannot be written to {self._records}: {_reason(error)}. {kept}.")
        else:
            journal.close(remove=True)


def _told_of(error: BaseException) -> dict[str, str]:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    trace = "".join(traceback.format_exception(error))
    return {"type": name, "message": str(error), "traceback": trace[-_LONGEST:]}


def _reason(error: Exception) -> str:
    if isinstance(error, BlockingIOError):
        return "it is still being recorded"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _warn(message: str) -> None:
    """Warn at the line outside this package that is to blame."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith("researcher."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, RecordingWarning, stacklevel=level)


@atexit.register
def _end_all() -> None:
    """What still runs at the end of the process was interrupted, by what the process does not know."""
    for recorder in list(_running):
        recorder.finish("interrupted")
