"""Settings that an Optuna study chooses: asked for one trial after the other, and told what came of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from researcher.errors import MissingExtra, SpaceError
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.record import checked_params
from researcher.storage.reading import read
from researcher.sweeps.choices import Choices
from researcher.sweeps.job import Outcome, outcome_of
from researcher.sweeps.objective import Mode, Objective
from researcher.sweeps.pruning import Reported
from researcher.sweeps.remembering import HASHES, Ended, Hashes, remembered
from researcher.sweeps.settings import Setting
from researcher.sweeps.spaces import space_of

_LOOK = 0.2  # seconds between two looks at what runs

Definition = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class _Trial:
    """A trial that was asked for, its settings, and what it was told of the curve of the only one."""

    asked: Any
    settings: Sequence[Setting]
    reported: Reported | None


class Trials:
    """A plan whose settings a study chooses; a trial is all repeats of one.

    Attributes:
        settings: that belong to it so far.
        total: how many there will be.
        left: how many of them may still have to run.
        patience: seconds between two looks at what runs; None if nothing is pruned.
        ahead: no setting is chosen before there is room for it.
    """

    ahead = False

    def __init__(
        self,
        study: Any,
        space: Mapping[str, Any] | Definition,
        n: int,
        seeds: Sequence[int | None],
        objective: Objective,
        records: Place,
    ) -> None:
        """Begin with a study; nothing is asked yet.

        Args:
            study: of Optuna.
            space: what it chooses from, or a function that makes params of a trial.
            n: how many trials there are in all.
            seeds: of the repeats.
            objective: what the study is told; of repeats the mean.
            records: the records directory.

        Raises:
            SpaceError: Optuna does not know a distribution.
        """
        self._study = study
        self._space = space if callable(space) else Choices(space_of(space))
        self._seeds = seeds
        self._objective = objective
        self._records = records
        self._open = n  # trials to be asked for
        self._queue: list[Setting] = []
        self._waiting: dict[str, list[_Trial]] = {}  # by hash, the trials that wait for it
        self._ended = Ended()
        self._observed = False  # whether the objective is known to be observed
        self._prunes = len(seeds) == 1 and type(study.pruner).__name__ != "NopPruner"
        self.settings: list[Setting] = []
        self.total = n * len(seeds)
        self.patience = _LOOK if self._prunes else None

    @property
    def left(self) -> int:
        """How many settings may still have to run."""
        return self._open * len(self._seeds)

    def take_up(self, known: Mapping[str, Experiment], *, retry_failed: bool) -> None:
        """Go on from what is recorded: tell the study what it does not know, and put first what was not completed.

        Of a function of trials only what the study itself remembers can be taken up.

        Args:
            known: by hash, the experiment that says most of it.
            retry_failed: whether what failed is to be tried again.
        """
        done = {"finished", "pruned"} if retry_failed else {"finished", "pruned", "failed"}
        self._ended.update({h: outcome_of(e, self._objective) for h, e in known.items() if e.status in done})
        told, waiting = remembered(self._study, known, self._ended)
        for chosen, settings in self._recorded(known, {hashes for hashes, _ in told}):
            hashes = tuple(setting.hash for setting in settings)
            if not self._ended.holds(hashes):
                if hashes not in waiting:
                    self._study.enqueue_trial(chosen, user_attrs={HASHES: list(hashes)})
                continue
            times = told[hashes, self._ended.result(hashes)[0]]
            self._open = max(0, self._open - max(1, times))
            self.settings += settings
            if not times:
                self._add(chosen, hashes)

    def next(self) -> Setting | None:
        """The next setting, of the next trial if need be."""
        while not self._queue and self._open > 0:
            self._ask()
        return self._queue.pop(0) if self._queue else None

    def ended(self, setting: Setting, outcome: Outcome) -> None:
        """Tell the study of the trials that this completes.

        Raises:
            SpaceError: the objective is not observed.
        """
        self._check(outcome)
        self._ended[setting.hash] = outcome
        for trial in self._waiting.pop(setting.hash, ()):
            self._tell(trial)

    def look(self) -> None:
        """Tell the study what running trials have observed; ask those to stop that it prunes."""
        for trials in [*self._waiting.values()]:
            for trial in trials:
                if trial.reported is not None:
                    trial.reported.look()

    def _ask(self) -> None:
        self._open -= 1
        if isinstance(self._space, Choices):
            asked = self._study.ask(self._space.distributions)
            settings = self._settings(asked.params)
        else:
            asked = self._study.ask()
            params = checked_params(self._space(asked))
            settings = [Setting.of(params if seed is None else {**params, "seed": seed}) for seed in self._seeds]
        asked.set_user_attr(HASHES, [setting.hash for setting in settings])
        reported = None
        if self._prunes and isinstance(self._records, Path):  # journals on stores are seen too late
            reported = Reported(asked, settings[0], self._records, self._objective.observation)
        trial = _Trial(asked, settings, reported)
        self.settings += settings
        for setting in settings:
            if setting.hash in self._ended:
                continue
            if setting.hash not in self._waiting:
                self._queue.append(setting)
            self._waiting.setdefault(setting.hash, []).append(trial)
        self._tell(trial)

    def _tell(self, trial: _Trial) -> None:
        """Tell the study what came of a trial, if all of it has ended."""
        hashes = [setting.hash for setting in trial.settings]
        if not self._ended.holds(hashes):
            return
        state, value = self._ended.result(hashes)
        if trial.reported is not None:
            trial.reported.complete(self._ended.curve(hashes, self._objective.observation))
        self._study.tell(trial.asked, value, state)

    def _add(self, chosen: Mapping[str, Any], hashes: Hashes) -> None:
        """Add a trial to the study that was recorded without it."""
        from optuna.trial import create_trial

        state, value = self._ended.result(hashes)
        curve = dict(self._ended.curve(hashes, self._objective.observation)) if self._prunes else {}
        self._study.add_trial(
            create_trial(
                state=state,
                value=value,
                params=dict(chosen),
                distributions=self._space.distributions if isinstance(self._space, Choices) else {},
                user_attrs={HASHES: list(hashes)},
                intermediate_values=curve,
            )
        )

    def _settings(self, chosen: Mapping[str, Any]) -> list[Setting]:
        assert isinstance(self._space, Choices)  # noqa: S101 - for the type checker
        return [Setting.of(self._space.params(chosen, seed)) for seed in self._seeds]

    def _recorded(
        self, known: Mapping[str, Experiment], told: Collection[Hashes]
    ) -> Iterator[tuple[dict[str, Any], list[Setting]]]:
        """What a trial chose, and its settings, for each trial of which something is recorded."""
        if not isinstance(self._space, Choices):
            for hashes in sorted(told):
                if self._ended.holds(hashes):
                    yield {}, [Setting(known[h].params, h) for h in hashes]
            return
        seen: set[str] = set()
        for experiment in known.values():
            seed = experiment.params.get("seed") if self._seeds != [None] else None
            if experiment.hash in seen or seed not in self._seeds:
                continue
            chosen = self._space.chosen(experiment.params, seed)
            if chosen is not None:
                settings = self._settings(chosen)
                seen.update(setting.hash for setting in settings)
                yield chosen, settings

    def _check(self, outcome: Outcome) -> None:
        """See once whether the objective is observed at all."""
        if self._observed or outcome.status != "finished" or outcome.path is None:
            return
        experiment = read(outcome.path)
        if not experiment.has_observation(self._objective.observation):
            names = ", ".join(experiment.observed()) or "nothing"
            raise SpaceError(f"the objective {self._objective.observation!r} was not observed; observed were: {names}")
        self._observed = True


def trials_of(
    study: Any,
    space: object,
    n: int | None,
    seeds: Sequence[int | None],
    objective: Objective,
    records: Place,
    known: Mapping[str, Experiment],
    *,
    retry_failed: bool,
) -> Trials:
    """The plan of a study, that goes on from what is recorded; see `Trials`.

    Raises:
        SpaceError: the space is no single one, Optuna does not know a distribution in it, or ``n`` is missing.
    """
    if n is None or n < 1:
        raise SpaceError(f"n={n!r}: a study has no end; say how many trials, from 1 on")
    if not callable(space) and not isinstance(space, Mapping):
        raise SpaceError("the space of a study is a dict of what each param can be, or a function of the trial")
    trials = Trials(study, space, n, seeds, objective, records)
    trials.take_up(known, retry_failed=retry_failed)
    return trials


def direction_of(study: Any) -> Mode:
    """Whether a study is after the smallest or the largest value.

    Raises:
        SpaceError: it has several objectives.
        MissingExtra: Optuna is not installed.
    """
    try:
        from optuna.study import StudyDirection
    except ImportError:
        raise MissingExtra("optuna", "a sweep with a study needs Optuna") from None
    if len(study.directions) != 1:
        raise SpaceError(f"the study has {len(study.directions)} objectives; a sweep is after one")
    return "max" if study.directions[0] == StudyDirection.MAXIMIZE else "min"
