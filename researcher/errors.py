"""Everything that researcher raises or warns of.

```text
ResearcherError
├── NotRecordable        (TypeError, ValueError)  a value, key or name that a record cannot hold
├── CannotWrite          (OSError)                the record could not be written
├── BadAddress           (ValueError)             a URL that cannot name a place for records
├── RecordsNotFound      (FileNotFoundError)      no such records directory, or no such record in it
├── CannotRead           (OSError)                the records directory is there and cannot be read
├── DamagedRecord        (ValueError)             a file that is not a readable record
├── NoSuchExperiment     (ValueError)             a hash that names no experiment, or several
├── NotRecording         (RuntimeError)           a recorder that is not started, or has ended
├── NotRunnable          (TypeError)              what cannot be run as a function of params
├── CannotReproduce      (RuntimeError)           an experiment whose function is not known, gone, or not trusted
├── ObservationConflict  (ValueError)             folds and plain values under one key, or a key set twice
├── SpaceError           (ValueError)             a space of a sweep that is empty somewhere, or has no end
├── NotSendable          (TypeError)              a function that cannot go to another process; says which part
├── EngineError          (RuntimeError)           what a sweep or an archive runs on is out of reach, or gone
├── MissingExtra         (ImportError)            a package that this needs is not installed; says how to get it
└── QueryError           (ValueError)             a query that cannot be understood; points at the mistake

ResearcherWarning        (UserWarning)
├── DamagedRecordWarning                          files that were left out of a load
├── RecordingWarning                              something was not recorded, or not yet, and where it is kept
├── SweepWarning                                  experiments of a sweep that did not finish, or lack the objective
├── NewerFormatWarning                            a record written by a later version of researcher
└── UnknownNameWarning                            a query names what no experiment has
```
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path, PurePath
from types import FrameType

_NOT_TO_BLAME = ("researcher.", "ipywidgets.", "traitlets.")


class ResearcherError(Exception):
    """The root of every error that researcher raises on purpose.

    In a notebook its traceback ends at the user's own line; ``%xmode Verbose`` shows all of it.
    """

    def _render_traceback_(self) -> list[str]:  # called by IPython
        from researcher.tracebacks import shown

        return shown(self)


class _Rescued(ResearcherError):
    """An error after which what was observed lies in the file ``rescue``, if that could be written."""

    rescue: Path | None = None


class NotRecordable(_Rescued, TypeError, ValueError):
    """A param, an observation or a name that a record cannot hold.

    Attributes:
        value: the object that could not be recorded.
        rescue: the file that holds everything that was to be recorded, or None.
    """

    def __init__(self, message: str, value: object = None, rescue: Path | None = None) -> None:
        super().__init__(message)
        self.value = value
        self.rescue = rescue


class CannotWrite(_Rescued, OSError):
    """The record could not be written: no permission, a full disk, a file where a directory should be.

    Attributes:
        rescue: the file that holds everything that was to be recorded, or None.
    """

    def __init__(self, message: str, rescue: Path | None = None) -> None:
        super().__init__(message)
        self.rescue = rescue


class BadAddress(ResearcherError, ValueError):
    """A URL that cannot name a place for records: of a kind that is not known here, or with a password in it."""


class RecordsNotFound(ResearcherError, FileNotFoundError):
    """There is no such records directory, or no such record in it."""


class CannotRead(ResearcherError, OSError):
    """The records directory is there, and this process may not or cannot read it."""


class DamagedRecord(ResearcherError, ValueError):
    """A file among the records that cannot be read as one.

    Attributes:
        path: the file.
        reason: what is wrong with it, in a few words.
    """

    def __init__(self, path: PurePath, reason: str) -> None:
        super().__init__(path, reason)  # all arguments, as an error must survive pickling between processes
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} is not a readable record: {self.reason}"


class NoSuchExperiment(ResearcherError, ValueError):
    """A title or hash that names no experiment, or several different ones; or a hash segment that is too short."""


class ObservationConflict(ResearcherError, ValueError):
    """An observation was set twice, or given both with folds and without."""


class NotRecording(ResearcherError, RuntimeError):
    """A recorder was used before it was started, or after it ended; or what was asked to stop does not run."""


class NotRunnable(ResearcherError, TypeError):
    """What was to be run is no function of params."""


class SpaceError(ResearcherError, ValueError):
    """What a sweep is to go through makes no sense: a list without values, a distribution without an end."""


class NotSendable(ResearcherError, TypeError):
    """A function cannot be sent to another process."""


class EngineError(ResearcherError, RuntimeError):
    """What a sweep or an archive runs on cannot be reached, or is gone; what was finished stays."""


class CannotReproduce(ResearcherError, RuntimeError):
    """An experiment cannot be run again: its function is not recorded, is gone, or may not be rebuilt."""


class MissingExtra(_Rescued, ImportError):
    """Something needs a package that is not installed.

    Attributes:
        extra: the extra of this package that brings it.
        rescue: the file that holds everything that was to be recorded, or None.
    """

    def __init__(self, extra: str, reason: str, rescue: Path | None = None) -> None:
        super().__init__(extra, reason, rescue)
        self.extra = extra
        self.reason = reason
        self.rescue = rescue

    def __str__(self) -> str:
        kept = f"\nWhat was to be recorded is kept in {self.rescue}" if self.rescue else ""
        return f'{self.reason}. Install it: pip install "researcher-notebook[{self.extra}]"{kept}'


class QueryError(ResearcherError, ValueError):
    """A query that cannot be understood.

    Attributes:
        query: the whole query.
        at: the position of the mistake, counted in characters from 0.
        reason: what is wrong there.
    """

    def __init__(self, query: str, at: int, reason: str) -> None:
        super().__init__(query, at, reason)
        self.query = query
        self.at = at
        self.reason = reason

    def __str__(self) -> str:
        start = max(0, self.at - 40)
        shown = self.query[start : self.at + 40].replace("\n", " ").replace("\t", " ")
        return f"{self.reason}\n  {shown}\n  {' ' * (self.at - start)}^"


def reason(error: Exception) -> str:
    """Why something could not be done, in a few words; of an error of the system, what that says."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


class ResearcherWarning(UserWarning):
    """The root of every warning that researcher gives."""


class DamagedRecordWarning(ResearcherWarning):
    """Some files in a records directory were left out because they cannot be read."""


class RecordingWarning(ResearcherWarning):
    """Something was not recorded, or not yet; the message says where it is kept."""


class SweepWarning(ResearcherWarning):
    """Some experiments of a sweep failed, or were interrupted; or none observed the objective."""


class NewerFormatWarning(ResearcherWarning):
    """A record was written by a later version of researcher and read as far as possible."""


class UnknownNameWarning(ResearcherWarning):
    """A query speaks of a param or observation that no experiment has."""


def warn(message: str, kind: type[ResearcherWarning] = RecordingWarning) -> None:
    """Warn at the line outside this package, and outside what its traits are made of, that is to blame."""
    frame: FrameType | None = sys._getframe()
    level = 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_NOT_TO_BLAME):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)
