"""Run an experiment again, and say whether its result held."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from researcher.analysis.repeats import repeats_of
from researcher.errors import CannotReproduce
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import all_experiments
from researcher.places import Place, place
from researcher.recording.seeding import seed_of
from researcher.reproduction.changes import Changes, changes_since
from researcher.reproduction.finding import found_function
from researcher.reproduction.verdicts import Verdict, independent, verdict_on
from researcher.running import recorded_call
from researcher.storage.reading import is_directory


@dataclass(frozen=True, repr=False)
class Reproduction:
    """What came of running an experiment again; shown as text and in notebooks, without what was different before.

    Attributes:
        original: the experiment.
        repeat: the new one, whose record points to the original.
        changes: what was different now before it ran.
        verdicts: one for each observation.
        tolerance: see `reproduce`.
        seeded: whether its params have a seed; without one, differences may be chance.
    """

    original: Experiment
    repeat: Experiment
    changes: Changes
    verdicts: tuple[Verdict, ...]
    tolerance: float
    seeded: bool

    @property
    def held(self) -> bool:
        """Whether every observation came out again: identical, within tolerance, or as repeats do."""
        return all(verdict.held for verdict in self.verdicts)

    @property
    def answer(self) -> str:
        """The answer in one line."""
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            counts[verdict.outcome] = counts.get(verdict.outcome, 0) + 1
        found = ", ".join(f"{n} {outcome}" for outcome, n in counts.items()) or "nothing was observed"
        said = "reproduced" if self.held else "not reproduced"
        chance = "" if self.held or self.seeded else "; its params have no seed, so this may be chance"
        return f"{self.original.identifier()} is {said}: {found} (tolerance {self.tolerance:g}){chance}"

    def __repr__(self) -> str:
        width = max((len(verdict.observation) for verdict in self.verdicts), default=0)
        lines = [f"  {v.observation.ljust(width)}  {v.outcome}: {v.details}" for v in self.verdicts]
        return "\n".join([self.answer, *lines, f"recorded as {self.repeat.name}"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in (v.observation, v.outcome, v.details))}</tr>"
            for v in self.verdicts
        )
        return (
            f"<b>{html.escape(self.answer)}</b>"
            f"<table><tr><th>observation</th><th>outcome</th><th></th></tr>{rows}</table>"
            f"<p>recorded as <code>{html.escape(self.repeat.name)}</code></p>"
        )


def reproduce(
    experiment: Experiment,
    function: Callable[..., Any] | None = None,
    *,
    records: str | os.PathLike[str] | None = None,
    tolerance: float = 1e-6,
    observations: Collection[str] | None = None,
    trust_source: bool = False,
    tell: Callable[[Changes], object] | None = print,
) -> Reproduction:
    """Say what differs now, run an experiment again with the same params and seed, and compare what was observed.

    The new experiment is recorded as a repeat whose record points to its original as ``researcher.reproduces``.

    Args:
        experiment: one that has ended.
        function: what to run; if not given, what its record says, as it is now. A module is imported, or a script
            loaded; nothing of the record itself is executed.
        records: the records directory; if not given, that of the experiment.
        tolerance: how far numbers may lie apart, relative to the greatest absolute value of the observation.
        observations: the names of those to compare; if not given all, whatever they are: durations rarely hold.
        trust_source: execute the source that is recorded, if that is all there is, as of a notebook that is closed.
        tell: called with what differs now before it runs; None for nothing.

    Returns:
        The answer.

    Raises:
        CannotReproduce: it still runs, its function is not known or gone, or its observations have other names.
        NotRunnable: what was given cannot be run.
        Exception: whatever the function raises, once it is recorded.

    >>> import tempfile, researcher as rs
    >>> def train(params):
    ...     return {"loss": [params["lr"], 0.5]}
    >>> with tempfile.TemporaryDirectory() as records:
    ...     answer = reproduce(rs.run(train, {"lr": 1.0}, records), train, tell=None)
    >>> answer.held, [verdict.outcome for verdict in answer.verdicts]
    (True, ['identical'])
    """
    if experiment.status == "running":
        raise CannotReproduce(f"{experiment.name} is still running; wait for its end")
    directory = place(records) if records is not None else _directory(experiment)
    for name in observations or ():
        if not experiment.has_observation(name):
            known = ", ".join(experiment.observations) or "none"
            raise CannotReproduce(f"{experiment.name} has no observation {name!r}; it has: {known}")
    if function is None:
        function = found_function(experiment, trust_source=trust_source)
    changes = changes_since(experiment, function)
    if tell is not None:
        tell(changes)
    repeats = _repeats(experiment, directory)
    facts = {"reproduces": experiment.name if experiment.path is None else experiment.path.name}
    repeat = recorded_call(function, experiment.params, directory, facts=facts)
    names = list(dict.fromkeys([*experiment.observations, *repeat.observations]))
    verdicts = [
        verdict_on(name, experiment, repeat, repeats, tolerance)
        for name in names
        if observations is None or name in observations
    ]
    seeded = seed_of(experiment.params) is not None
    return Reproduction(experiment, repeat, changes, tuple(verdicts), tolerance, seeded)


def _directory(experiment: Experiment) -> Place:
    if experiment.path is None:
        raise CannotReproduce("the experiment has no record; say where to record the repeat: records=...")
    return experiment.path.parent


def _repeats(experiment: Experiment, directory: Place) -> Experiments:
    """The experiment, and all that are the same but for the seed, have ended well and tell of the spread."""
    others = all_experiments(directory) if is_directory(directory) else Experiments()
    candidates = [experiment, *(e for e in others if e.path != experiment.path and e.status == "finished")]
    return Experiments(independent(repeats_of(candidates)[0]))
