"""One recorded experiment, as it is read back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from researcher.contents import Contents, Head, Home, Summaries
from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.observations import Shape, shape_of
from researcher.params import ABSENT, differing, digest, flattened, is_number, label, looked_up, value_key
from researcher.places import Place
from researcher.reserved import ours_of, recorded_at_of, single_values, timestamp_of
from researcher.summary import lower_is_better
from researcher.summary_names import by_steps, summary_named


class Experiment:
    """One recorded experiment: the params that went in and the observations that came out.

    Observations are decoded when they are first looked at.

    Attributes:
        path: the record file; of records on a store its `Address`, whose ``str`` is the URL. None for an experiment
            that was made in memory.
        born: where it was as a row of columns when it was made, whatever it holds by now; None if it was nowhere.

    >>> experiment = Experiment({"title": "relu", "lr": 0.1, "observations": {"loss": [0.5, 0.25]}})
    >>> experiment.params, experiment.final_observations("loss")
    ({'title': 'relu', 'lr': 0.1}, 0.25)
    """

    def __init__(
        self,
        data: Head,
        path: Place | None = None,
        rest: Callable[[], Mapping[str, Any]] | None = None,
        name: str = "",
        home: Home | None = None,
        summaries: Callable[[], Summaries | None] | None = None,
    ) -> None:
        """Hold ``data``, one dict as a record has it.

        Args:
            data: params, hash, timestamp and so on; with its observations unless they are given separately. Or what
                gives them, which is called when they are first looked at.
            path: the file it was read from.
            rest: called once, when the observations are first looked at; gives them and what belongs to them.
            name: of its record, where that is not the name of a file.
            home: where the same is as a row of columns.
            summaries: gives the numbers of `summary`, if they are known.
        """
        self._contents = Contents(data, rest, home, summaries)
        self._name = name
        self.path = path
        self.born = home

    @property
    def data(self) -> dict[str, Any]:
        """All that was saved, as plain Python values: the params in their order, then hash, timestamp and the rest.

        Raises:
            RecordsNotFound: the record was deleted before its observations were looked at.
            DamagedRecord: it was damaged in the meantime.
        """
        return self._contents.data

    @property
    def params(self) -> dict[str, Any]:
        """The params as they were given, as a new dict."""
        return dict(self._params)

    @cached_property
    def _params(self) -> dict[str, Any]:
        return self._contents.params

    @cached_property
    def _flat(self) -> dict[str, object]:
        return flattened(self._params)

    @property
    def observations(self) -> dict[str, Any]:
        """The observations by name; empty if none were recorded."""
        found = self._contents.observations
        return found if isinstance(found, dict) else {}

    @property
    def hash(self) -> str:
        """The hash of the params; computed where an old record lacks it."""
        found = self._contents.head.get("hash")
        if isinstance(found, str):
            return found
        return digest(self._params)

    @property
    def title(self) -> str:
        """The title that was given, or the empty text."""
        title = self._contents.head.get("title")
        return "" if title is None else str(title)

    @property
    def name(self) -> str:
        """The name of the record file without its ending, unique in its directory; else the identifier."""
        return self._name or (self.path.stem if self.path else self.identifier())

    @property
    def timestamp(self) -> datetime.datetime | None:
        """When it was recorded: local time, in seconds; None where an old record does not say."""
        return timestamp_of(self._contents.head)

    @property
    def recorded_at(self) -> float:
        """When it was recorded, in seconds since 1970, as exactly as the record says; 0 where it does not."""
        return recorded_at_of(self._contents.head)

    @property
    def duration(self) -> float | None:
        """How long it took, in seconds, if that was recorded."""
        found = self._contents.head.get("duration")
        return found if is_number(found) else None

    @property
    def status(self) -> str:
        """``finished``, or what else its record says."""
        return str(self.ours.get("status", "finished"))

    @property
    def ours(self) -> Mapping[str, Any]:
        """The ``researcher`` part of its record, without what belongs to curves; empty for the 2020 package's."""
        return ours_of(self._contents.head)

    @property
    def notes(self) -> list[str]:
        """The remarks that were made on it, oldest first."""
        found = self.ours.get("notes")
        notes = found if isinstance(found, list) else []
        return [str(note["text"]) for note in notes if isinstance(note, dict) and "text" in note]

    @property
    def tags(self) -> list[str]:
        """The words it is tagged with, in the order in which they were given."""
        found = self.ours.get("tags")
        return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []

    def annotate(self, note: str = "", *, tags: Iterable[str] = (), untag: Iterable[str] = ()) -> None:
        """Add a remark or tags to the record, or take tags away; params, hash and observations stay as they are.

        Args:
            note: a remark; kept with the time of day.
            tags: words to tag it with.
            untag: tags to take away.

        Raises:
            CannotWrite: it has no record file, one of the 2020 package, which is never changed, or one that cannot
                be written.
        """
        from researcher.annotations import annotate

        annotate(self, note, tags, untag)

    def request_stop(self) -> None:
        """Ask it to stop, in whatever process it runs.

        From then on its `Recorder.should_stop` is True, and callbacks of frameworks stop their training. It ends as
        ``pruned`` when they look; a training that never looks goes on. Of one on another machine, that records on a
        store, this is known two seconds after it observes again.

        Raises:
            NotRecording: it does not run, or not any more.
            CannotWrite: the directory or the store cannot be written to.
        """
        from researcher.stopping import request_stop

        request_stop(self)

    @property
    def home(self) -> Home | None:
        """Where all that it holds is as a row of columns too; None if it is nowhere."""
        return self._contents.home

    def become(self, later: Experiment) -> None:
        """Hold from now on what ``later`` holds, a later reading of the same experiment."""
        self._contents, self.path = later._contents, later.path
        if self.born is not None:
            self.born.hold(self)

    def apart(self) -> Experiment:
        """The same experiment as an object of its own: what is decoded for that one, this one does not keep."""
        found = Experiment({}, self.path, name=self._name)
        found._contents = self._contents.apart()
        return found

    def get_hash(self) -> str:
        """The hash of the params."""
        return self.hash

    @property
    def segment(self) -> str:
        """Eight characters of the hash, and of a repeat the number of its record, as in ``d79bb6c5-2``."""
        _, own, number = self.name.rpartition(self.hash)
        return f"{self.hash[:8]}{number if own else ''}"

    def identifier(self) -> str:
        """The title and the first eight characters of the hash: short, readable and nearly unique."""
        return f"{self.title}_{self.hash[:8]}" if self.title else self.hash[:8]

    def n_folds(self) -> int:
        """The number of folds: of the observation that has most of them, 0 without folds."""
        return max((len(o) for key, o in self.observations.items() if self.shape(key) == "folds"), default=0)

    def has_observation(self, key: str) -> bool:
        """Whether anything was observed under this name."""
        return key in self.observations

    def final_observations(self, key: str) -> Any:
        """The last value of an observation; for folds a list, the last value of each.

        Raises:
            KeyError: there is no such observation.
            ValueError: it is an empty list, or one of its folds is.
        """
        observation = self.observations[key]
        if not isinstance(observation, list) or key in single_values(self.data):
            return observation
        folded = shape_of(observation) == "folds"
        if not observation or (folded and not all(observation)):
            raise ValueError(f"the observation {key!r} of {self.identifier()} is empty, so it has no final value")
        return [fold[-1] for fold in observation] if folded else observation[-1]

    def shape(self, key: str) -> Shape:
        """Whether an observation is a number, a curve, folds, or something else; the latter if it is not there."""
        return "other" if key in single_values(self.data) else shape_of(self.observations.get(key))

    def summary(self, which: str, observation: str) -> object:
        """One number for an observation, without keeping its curve in memory.

        Args:
            which: ``final``, ``min``, ``max`` or ``best`` (the minimum where the name says loss, error or the like,
                else the maximum); ``first``, ``n``, ``nan``, ``best_step`` or ``at.100``, see
                `researcher.summary_names`. Of folds it is the mean over folds of each fold's own value, or the number
                of values in all of them.
            observation: its name.

        Returns:
            The number, or `researcher.ABSENT`.
        """
        if which == "best":
            which = "min" if lower_is_better(observation) else "max"
        if by_steps(which):
            return self._by_steps(which, observation)
        return self._contents.summed_up().get((which, observation), ABSENT)

    def observed(self) -> list[str]:
        """The names of the observations that are numbers, curves or folds, without keeping their curves."""
        found = self._contents.summed_up()
        return [name for (which, name), value in found.items() if which == "final" and value is not ABSENT]

    def _by_steps(self, which: str, observation: str) -> object:
        """A number that follows from steps; absent as long as the record is gone or damaged."""
        from researcher.curves.at_step import number_by_steps

        try:
            return number_by_steps(self.apart(), which, observation)
        except (RecordsNotFound, DamagedRecord):
            return ABSENT

    def look_up(self, path: tuple[str, ...]) -> object:
        """What a name in a query stands for, or `researcher.ABSENT`.

        A param of that name comes first; then ``final.x`` and the like, see `researcher.summary_names`; then
        ``status``, ``title``, ``timestamp``, ``duration``, ``hash``, ``tags`` and ``notes``.
        """
        found = looked_up(self._params, path)
        if found is not ABSENT:
            return found
        summary = summary_named(".".join(path)) if len(path) > 1 else None
        if summary is not None:
            return self.summary(*summary)
        if path in {("status",), ("hash",)}:
            return getattr(self, path[0])
        if path in {("tags",), ("notes",)}:
            return getattr(self, path[0]) or ABSENT
        if path in {("timestamp",), ("duration",)}:
            value = getattr(self, path[0])
            return ABSENT if value is None else value
        return ABSENT

    def common_values(self, other: Experiment) -> int:
        """How many params have the same value in both experiments."""
        mine, theirs = self._flat, other._flat
        return sum(name in theirs and value_key(value) == value_key(theirs[name]) for name, value in mine.items())

    def differing_values(self, other: Experiment) -> dict[str, tuple[object, object]]:
        """The params that differ, by dotted name: the value here and in the other, `ABSENT` where there is none."""
        return differing(self._flat, other._flat)

    def __reduce__(self) -> tuple[object, ...]:
        return Experiment, (self.data, self.path, None, self._name)

    def __repr__(self) -> str:
        return f"<Experiment {self.told(self.status)}>"

    def told(self, status: str) -> str:
        """What it is, in a line: its name in short, this status, and its params."""
        shown = ", ".join(f"{name}={label(value)}" for name, value in self._flat.items() if name != "title")
        shown = shown if len(shown) <= 120 else f"{shown[:119]}…"
        name = f"{self.title}_{self.segment}" if self.title else self.segment
        return f"{name} {status}: {shown}" if shown else f"{name} {status}"

    def _repr_html_(self) -> str:
        from researcher.notebook import experiment_html

        return experiment_html(self)
