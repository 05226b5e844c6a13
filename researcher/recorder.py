"""Record an experiment while it runs: every observation is in a file before `Recorder.observe` returns."""

from __future__ import annotations

import contextlib
import functools
import html
import os
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, get_args

from researcher.annotations import remark, words
from researcher.checking import checked_params
from researcher.environment.cell import CellRun, cell_run
from researcher.environment.environment import environment
from researcher.errors import CannotRead, NotRecordable, NotRecording, ResearcherError, reason, warn
from researcher.experiment import Experiment
from researcher.places import Place, place
from researcher.progress import Progress
from researcher.recording import closing, observing, opening, register, resume
from researcher.recording.calls import recording_calls
from researcher.recording.recording import Recording, clock
from researcher.storage import stopping
from researcher.storage.belonging import belonging
from researcher.storage.lines import Line, Points, encoded
from researcher.storage.publish import recordable
from researcher.storage.reading import read

R = TypeVar("R")
Status = Literal["finished", "pruned", "failed", "interrupted"]
Errors = Literal["raise", "warn"]

_NEW = "is not started: use it in a `with`, or call start()"


class Recorder:
    """Records an experiment step by step.

    What `observe` returned from survives the end of the process, however it ends: it stands in a journal beside the
    records, which becomes a record when the experiment ends. Others see it grow.

    >>> with rs.Recorder(params, "records/") as recorder:          # doctest: +SKIP
    ...     for epoch in range(params["epochs"]):
    ...         recorder.observe(loss=loss, val_loss=val_loss)

    The context ends it as ``finished``, as ``failed`` with the exception, or as ``interrupted`` for KeyboardInterrupt
    and its like; exceptions pass through. Without ``with``, call `start` and `finish`. As a decorator it records
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
            records: the records directory; it is made if it is missing. Or a URL, such as ``s3://bucket/records``: then
                the journal lies in a spool on this machine (``$RESEARCHER_SPOOL``), and what is new in it is sent
                there every two seconds. If the machine is lost, so is what was not sent; the rest is there as
                ``interrupted``.
            errors: whether an observation that cannot be recorded, and a directory that cannot be written to at the
                start, raise or are warned of. Trouble with the disk later on is always only warned of.
            progress: show a progress bar with the latest values; a number is that of the steps to come.

        Raises:
            NotRecordable: a param has no place in a record.
            BadAddress: it is a URL at which nothing can be recorded.
            MissingExtra: it is a URL, and what it needs is not installed.
            ValueError: ``errors`` is neither ``"raise"`` nor ``"warn"``.
        """
        if errors not in ("raise", "warn"):
            raise ValueError(f"errors={errors!r}: it is 'raise' or 'warn'")
        self._params = checked_params(params)
        self._records = recordable(records).absolute()  # the process may go elsewhere meanwhile
        self._errors = errors
        self._progress = Progress(progress, self._params)
        self._resumed: tuple[Experiment, float | None] | None = None
        self._recording: Recording | None = None
        self._experiment = Experiment(self._params)
        self._facts: dict[str, Any] = {}  # what the record says of itself
        self._ended = ""  # why nothing more can be recorded
        self._stopping = False  # whether it knows that it was asked to stop
        self._lock = threading.RLock()  # for the end; never for observing

    @classmethod
    def resume(
        cls,
        which: str | os.PathLike[str] | Experiment,
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
            which: the experiment as it was loaded, its journal or record, or its title, its hash, or how one of them
                begins; of several with one hash the newest that did not finish.
            records: the records directory.
            step: the step that the next observations have.
            errors: see `Recorder`.
            progress: see `Recorder`.

        Raises:
            NoSuchExperiment: there is none, or several different ones.
            RecordsNotFound: there is no such directory.
            CannotWrite: it still runs, or its record is one of the 2020 package, which is never changed.
            NotRecordable: the step is no finite number.
        """
        found = resume.to_resume(which, place(records))
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
                kept in memory until it can be written. Or the experiment to go on with is recorded elsewhere by now.
            NoSuchExperiment: the experiment to go on with is gone.
            MissingExtra: a progress bar is wanted, and tqdm is not installed.
        """
        if self._recording is not None or self._ended:
            raise NotRecording("this recorder was started before; an experiment of its own needs a recorder of its own")
        cell = cell_run()
        register.end_earlier(cell)
        self._progress.open()
        try:
            recording = self._begun()
        except BaseException:
            self._progress.close()
            raise
        stopping.forget(recording.journal.path)  # what was asked of the process that it goes on from
        self._use(recording, cell)
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
            ValueError: there is no such status.
        """
        if status not in get_args(Status):
            raise ValueError(f"status={status!r}: it is one of {', '.join(get_args(Status))}")
        recording = self._recording
        if recording is None:
            raise NotRecording(f"this recorder {self._ended or _NEW}")
        with self._lock:
            if self._ended:
                return self._experiment
            self._ended = "has ended"
        self._progress.close()
        if status == "finished" and self._stopping:
            status = "pruned"
        try:
            if recording.ours:
                closing.end(recording, self._facts, status, error)
            else:
                closing.leave(recording.journal)
        finally:
            register.over(self)
            recording.journal.close()
        return self._experiment

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        elif isinstance(error, Exception):
            self.finish("failed", error)
        else:
            self.finish("interrupted")

    def __call__(self, function: Callable[..., R]) -> Callable[..., R]:
        """Record each call of ``function`` as an experiment of its own, with the params of this recorder."""
        anew = functools.partial(
            type(self), self._params, self._records, errors=self._errors, progress=self._progress.wanted
        )
        return recording_calls(function, anew)

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
        booleans are kept as single values, of each name the last one; a warning says so of what looks like a number.

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
        refused: list[ResearcherError] = []
        if mapping is not None:
            observations, refused = observing.joined(mapping, observations)
        # The quick way, for what nothing can be wrong with: finite floats of known curves.
        recording = self._recording
        if recording and observations and fold is None and (step is None or type(step) is int) and not refused:
            curves = recording.curves
            for name, value in observations.items():
                if type(value) is not float or value - value != 0.0 or name not in curves:
                    break
            else:
                if not recording.journal.append(encoded(Points(clock() - recording.zero, observations, step))):
                    self._not_written(recording)
                if self._progress.shown:
                    self._progress.advance(observations)
                return
        self._observe(observations, step, fold, refused)

    def set_observations(self, observations: Mapping[str, Any]) -> None:
        """Record whole observations at once, as `record_experiment` takes them.

        Args:
            observations: what came out, by name: a number, a list (a value a step), a list of lists (a list a fold).

        Raises:
            NotRecordable: a value or name has no place in a record; the others are recorded. With ``errors="warn"``
                a warning.
            ObservationConflict: something was observed under the name before; likewise.
            NotRecording: it is not started, or has ended; likewise.
        """
        recording = self._open()
        if recording is None:
            return
        observations, refused = observing.joined(observations, {})
        lines, wrong = observing.wholes(observations, recording.now(), recording.kinds)
        for line in lines:
            self._write(recording, line)
        for error in (*refused, *wrong):
            self._refuse(error)

    def describe(self, **facts: Any) -> None:
        """Add to what the record says of itself, under ``researcher``; of one name the last one stays.

        Raises:
            NotRecordable: a value has no place in a record, or the record uses the name already; with
                ``errors="warn"`` a warning.
            NotRecording: it has ended; likewise.
        """
        try:
            found = observing.facts(facts)
        except NotRecordable as error:
            self._refuse(error)
            return
        self._facts.update(found)
        if self.status != "new":
            self._add(ours=found)

    def should_stop(self) -> bool:
        """Whether this experiment was asked to stop.

        A sweep that prunes it does so, `Experiment.request_stop`, and in a terminal ``researcher stop``. Look after
        each epoch, say, and return or break if so. Once it was told, an experiment that would end as ``finished`` ends
        as ``pruned``.

        >>> with rs.Recorder(params, "records/") as recorder:          # doctest: +SKIP
        ...     for epoch in range(params["epochs"]):
        ...         recorder.observe(val_loss=val_loss)
        ...         if recorder.should_stop():
        ...             break
        """
        if self._recording is not None and not self._ended and not self._stopping:
            self._stopping = stopping.asked(self._recording.journal.path)
        return self._stopping

    def note(self, text: str) -> None:
        """Add a remark to the record, with the time of day.

        Raises:
            NotRecording: it is not started, or has ended; with ``errors="warn"`` a warning.
        """
        self._add(note=remark(text))

    def tag(self, *tags: str) -> None:
        """Tag the experiment with these words.

        Raises:
            NotRecording: it is not started, or has ended; with ``errors="warn"`` a warning.
            TypeError: a tag is no text.
        """
        self._add(tags=words(tags))

    def file(self, path: str | os.PathLike[str]) -> None:
        """Note a file that belongs to the experiment, such as a saved model: its path, size and SHA-256.

        Raises:
            CannotRead: the file cannot be read; with ``errors="warn"`` a warning.
            NotRecording: it is not started, or has ended; likewise.
        """
        try:
            file = belonging(path)
        except OSError as error:
            self._refuse(CannotRead(f"cannot read {os.fspath(path)}: {reason(error)}"))
        else:
            self._add(file=file)

    # What it is.

    @property
    def experiment(self) -> Experiment:
        """The experiment so far: one object, brought up to date whenever it is asked for here."""
        if self._recording is not None and not self._ended:
            self._recording.read()
        return self._experiment

    @property
    def params(self) -> dict[str, Any]:
        """The params, as plain values."""
        return dict(self._params)

    @property
    def records(self) -> Place:
        """The records directory."""
        return self._records

    @property
    def path(self) -> Place | None:
        """The journal, and after the end the record; before the start None, or what is to be resumed.

        The journal of what is recorded on a store lies on this machine, in the spool.
        """
        recording = self._recording
        return recording.journal.path if recording is not None and not self._ended else self._experiment.path

    @property
    def status(self) -> str:
        """``running``, how it ended, or before the start ``new``."""
        if self._ended:
            return self._experiment.status
        return "new" if self._recording is None else "running"

    def __repr__(self) -> str:
        return f"<Recorder {self._experiment.told(self.status)}>"

    def _repr_html_(self) -> str:
        return self.experiment._repr_html_() if self.status != "new" else html.escape(repr(self))

    # A recorder that is pickled observes into the journal of the process that started it.

    def __getstate__(self) -> dict[str, Any]:
        recording = self._recording
        if recording is None and self._resumed is not None:
            raise NotRecording("start a recorder that resumes before you hand it to another process")
        return {
            "params": self._params,
            "records": self._records,
            "errors": self._errors,
            "path": self.path,
            "ended": self._ended,
            "kinds": {} if recording is None else recording.kinds,
            "began": time.time() - (0.0 if recording is None else recording.now()),
        }

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(state["params"], state["records"], errors=state["errors"])  # type: ignore[misc]
        self._ended, path = state["ended"], state["path"]
        if path is None:
            return
        self._experiment = Experiment(self._params, path)
        if self._ended:
            with contextlib.suppress(OSError, ValueError):
                self._experiment = read(path)
            return
        try:
            recording = opening.joined(path, self._experiment, self._records, state["kinds"], state["began"])
        except OSError as error:
            self._ended = f"has ended, or cannot be joined by another process: {path}: {reason(error)}"
        else:
            self._use(recording, cell_run())

    # How it is done.

    def _begun(self) -> Recording:
        """Begin to record, with all that is known at first."""
        insist = self._errors == "raise"
        if self._resumed is not None:
            return opening.resumed(*self._resumed, self._records, insist=insist)
        if "environment" not in self._facts:
            self._facts["environment"] = environment(self._records)
        facts = {name: value for name, value in self._facts.items() if value != {}}
        return opening.new(self._experiment, facts, self._records, insist=insist)

    def _use(self, recording: Recording, cell: CellRun) -> None:
        self._recording = recording
        register.begun(self, recording.journal, cell)
        if recording.journal.trouble:
            register.held(self)

    def _observe(self, observations: Mapping[Any, Any], step: Any, fold: Any, refused: list[ResearcherError]) -> None:
        """The careful way of `observe`: what is good is written, then what is not is told."""
        recording = self._open()
        if recording is None:
            return
        now = recording.now()
        try:
            found = observing.sorted_out(observations, step, fold, recording.kinds)
        except NotRecordable as error:
            self._refuse(error)
            return
        if found.fold is None:
            recording.curves.update(found.points)
        if (line := found.line(now)) is not None:
            self._write(recording, line)
        if self._progress.shown:
            self._progress.advance(found.points)
        for hint in found.hints:
            warn(hint)
        for wrong in (*refused, *found.refused):
            self._refuse(wrong)

    def _add(self, **said: Any) -> None:
        """Write a line of the journal that says this."""
        recording = self._open()
        if recording is not None:
            self._write(recording, Line(recording.now(), **said))

    def _open(self) -> Recording | None:
        """What takes in what happens; None if nothing does, which is an error or a warning."""
        if self._recording is None or self._ended:
            self._refuse(self._not_recording())
            return None
        return self._recording

    def _not_recording(self) -> NotRecording:
        return NotRecording(f"this recorder {self._ended or _NEW}; nothing is recorded")

    def _write(self, recording: Recording, line: Line) -> None:
        if not recording.journal.append(encoded(line)):
            self._not_written(recording)

    def _not_written(self, recording: Recording) -> None:
        """A line is not in the journal: there is none any more, or it waits."""
        if recording.journal.sealed:
            self._refuse(self._not_recording())
        else:
            register.held(self)
            recording.tell_of_trouble()

    def _refuse(self, error: ResearcherError) -> None:
        if self._errors == "raise":
            raise error
        warn(str(error))

    def _after_fork(self) -> None:
        """In a child process: other threads, which are not there, may have been at it."""
        self._lock = threading.RLock()
        self._progress.after_fork()
        if self._recording is not None:
            self._recording.after_fork()
