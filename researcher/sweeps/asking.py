"""How a study is asked for a trial: by a space that it chooses from, or by a function of trials."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from researcher.checking import checked_params
from researcher.errors import SpaceError
from researcher.experiment import Experiment
from researcher.sweeps.choices import Choices
from researcher.sweeps.remembering import Hashes
from researcher.sweeps.settings import Setting
from researcher.sweeps.spaces import space_of

Recorded = tuple[Mapping[str, Any], list[Setting]]


class Asking(Protocol):
    """A way to ask.

    Attributes:
        distributions: of Optuna, by the dotted name of the param; empty where only the trial knows them.
    """

    distributions: Mapping[str, Any]

    def ask(self, study: Any) -> tuple[Any, list[Setting]]:
        """A new trial of the study, and a setting for each repeat of it."""

    def recorded(self, known: Mapping[str, Experiment], told: Collection[Hashes], /) -> Iterator[Recorded]:
        """What a trial chose, and its settings, for each trial of which something is recorded.

        Args:
            known: by hash, the experiment that says most of it.
            told: the trials that the study remembers and that have ended.
        """


class BySpace:
    """The study chooses from distributions."""

    def __init__(self, space: Mapping[str, Any], seeds: Sequence[int | None]) -> None:
        """Translate a space.

        Raises:
            SpaceError: Optuna does not know a distribution.
        """
        self._choices = Choices(space_of(space))
        self._seeds = seeds
        self.distributions: Mapping[str, Any] = self._choices.distributions

    def ask(self, study: Any) -> tuple[Any, list[Setting]]:
        """A new trial, and the settings for what it chose."""
        trial = study.ask(self._choices.distributions)
        return trial, self._settings(trial.params)

    def recorded(self, known: Mapping[str, Experiment], _: Collection[Hashes], /) -> Iterator[Recorded]:
        """All trials that can have chosen what is recorded."""
        seen: set[str] = set()
        for experiment in known.values():
            seed = experiment.params.get("seed") if self._seeds != [None] else None
            if experiment.hash in seen or seed not in self._seeds:
                continue
            chosen = self._choices.chosen(experiment.params, seed)
            if chosen is not None:
                settings = self._settings(chosen)
                seen.update(setting.hash for setting in settings)
                yield chosen, settings

    def _settings(self, chosen: Mapping[str, Any]) -> list[Setting]:
        return [Setting.of(self._choices.params(chosen, seed)) for seed in self._seeds]


class ByFunction:
    """A function makes the params of a trial."""

    distributions: Mapping[str, Any] = {}

    def __init__(self, params_of: Callable[[Any], Mapping[str, Any]], seeds: Sequence[int | None]) -> None:
        self._params_of = params_of
        self._seeds = seeds

    def ask(self, study: Any) -> tuple[Any, list[Setting]]:
        """A new trial, and the settings for what the function made of it."""
        trial = study.ask()
        params = checked_params(self._params_of(trial))
        return trial, [Setting.of(params if seed is None else {**params, "seed": seed}) for seed in self._seeds]

    def recorded(self, known: Mapping[str, Experiment], told: Collection[Hashes], /) -> Iterator[Recorded]:
        """What the study itself remembers, as nobody else knows what was chosen."""
        for hashes in sorted(told):
            yield {}, [Setting(known[h].params, h) for h in hashes]


def asking_of(space: object, seeds: Sequence[int | None]) -> Asking:
    """How a study is asked by a space of a sweep.

    Raises:
        SpaceError: it is neither one space nor a function, or Optuna does not know a distribution in it.
    """
    if callable(space):
        return ByFunction(space, seeds)
    if isinstance(space, Mapping):
        return BySpace(space, seeds)
    raise SpaceError("the space of a study is a dict of what each param can be, or a function of the trial")
