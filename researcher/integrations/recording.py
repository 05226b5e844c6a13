"""What all callbacks have in common: a recorder that was given, or one of their own from begin to end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from researcher.integrations.describe import described
from researcher.recorder import Recorder, Status
from researcher.reserved import RESERVED


class Recording:
    """Writes what a framework tells into a recorder.

    A recorder that was given is only written to. Without one, each training is an experiment of its own: it is
    recorded from its begin to its end, with what the framework lets one know added to the params.

    A training that is asked to stop, as a sweep does that prunes it, is stopped; unless it is spread over several
    processes, which would have to stop together.

    A ``with`` block tells it of exceptions, which most frameworks keep from their callbacks.

    Attributes:
        recorder: the recorder that was given, or of the training that began last, or None before that.
        fold: the fold that is observed, or None.
    """

    def __init__(
        self,
        params: Mapping[str, Any] | Recorder,
        records: str | os.PathLike[str] = "records/",
        *,
        fold: int | None = None,
    ) -> None:
        """Write nothing yet.

        Args:
            params: of the experiment, or a recorder that was started.
            records: the records directory; a recorder has one already.
            fold: of all that is observed, counted from 0: several trainings into one recorder, a fold each.

        Raises:
            NotRecordable: a param has no place in a record.
        """
        self.recorder: Recorder | None = params if isinstance(params, Recorder) else None
        self._given = None if isinstance(params, Recorder) else Recorder(params, records).params
        self.fold = fold
        self._records = records
        self._in_block = False

    @property
    def recording(self) -> bool:
        """Whether there is a recorder that has been started and has not ended."""
        return self.recorder is not None and self.recorder.status == "running"

    def asked_to_stop(self) -> bool:
        """Whether what runs was asked to stop, as a sweep does that prunes it; see `Recorder.should_stop`."""
        return self.recorder is not None and self.recording and self.recorder.should_stop()

    def begin(self, known: Mapping[str, Any]) -> Recorder:
        """A training begins: it is being recorded after this.

        A recorder of our own that still runs is that of a training whose end was not told. It ends as interrupted, or
        within a block, which no exception has left, as finished.

        Args:
            known: what the framework lets one know, by name; what was given wins, and None is left out.

        Returns:
            The recorder.
        """
        if self.recorder is not None:
            if self._given is None:
                return self.recorder
            self.recorder.finish("finished" if self._in_block else "interrupted")
        self.recorder = Recorder(self._with(known), self._records).start()
        return self.recorder

    def _with(self, known: Mapping[str, Any]) -> dict[str, Any]:
        given = self._given or {}
        taken = {*RESERVED, *given}
        return {
            **given,
            **{name: described(known[name]) for name in known if name not in taken and known[name] is not None},
        }

    def observe(self, observations: Mapping[str, Any], step: float | None = None) -> None:
        """Record one point of each of these observations, in our fold; None is left out.

        What comes after the end of a training of our own, a test of the model say, is added to its record. Nothing is
        recorded before the first training begins, or after one that failed.
        """
        found = {name: value for name, value in observations.items() if value is not None}
        if found:
            self._write(found, step, self.fold)

    def keep(self, name: str, value: object) -> None:
        """Record a text or a dict, which belongs to no fold; see `observe`."""
        self._write({name: value}, None, None)

    def _write(self, found: Mapping[str, Any], step: float | None, fold: int | None) -> None:
        if self.recorder is None:
            return
        if self._given is None or self.recording:
            self.recorder.observe(found, step=step, fold=fold)
        elif self.recorder.path is not None and self.recorder.status == "finished":
            self.recorder = Recorder.resume(self.recorder.path, self._records).start()
            self.recorder.observe(found, step=step, fold=fold)
            self.recorder.finish()

    def end(self, status: Status = "finished", error: BaseException | None = None) -> None:
        """The training has ended: if the recorder is our own, its record is there after this."""
        if self._given is not None and self.recorder is not None:
            self.recorder.finish(status, error)

    def __enter__(self) -> Self:
        self._in_block = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._in_block = False
        if self._given is not None and self.recorder is not None:
            self.recorder.__exit__(kind, error, trace)
