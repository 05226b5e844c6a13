"""Settings that an Optuna study chooses: asked for one trial after the other, and told what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from researcher.errors import SpaceError
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage.reading import read
from researcher.sweeps.asking import Asking
from researcher.sweeps.job import Outcome, outcome_of
from researcher.sweeps.objective import Objective
from researcher.sweeps.pruning import Reported
from researcher.sweeps.remembering import HASHES, Ended, Hashes, remembered
from researcher.sweeps.settings import Setting

_LOOK = 0.2  # seconds between two looks at what runs


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
        asking: Asking,
        n: int,
        repeats: int,
        objective: Objective,
        records: Place,
    ) -> None:
        """Begin with a study; nothing is asked yet.

        Args:
            study: of Optuna.
            asking: how it is asked.
            n: how many trials there are in all.
            repeats: how many settings each of them has.
            objective: what the study is told; of repeats the mean.
            records: the records directory.
        """
        self._study = study
        self._asking = asking
        self._repeats = repeats
        self._objective = objective
        self._records = records
        self._open = n  # trials to be asked for
        self._queue: list[Setting] = []
        self._waiting: dict[str, list[_Trial]] = {}  # by hash, the trials that wait for it
        self._ended = Ended()
        self._observed = False  # whether the objective is known to be observed
        self._prunes = repeats == 1 and type(study.pruner).__name__ != "NopPruner"
        self.settings: list[Setting] = []
        self.total = n * repeats
        self.patience = _LOOK if self._prunes else None

    @property
    def left(self) -> int:
        """How many settings may still have to run."""
        return self._open * self._repeats

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
        ended = {hashes for hashes, _ in told if self._ended.holds(hashes)}
        for chosen, settings in self._asking.recorded(known, ended):
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
        asked, settings = self._asking.ask(self._study)
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
                distributions=self._asking.distributions,
                user_attrs={HASHES: list(hashes)},
                intermediate_values=curve,
            )
        )

    def _check(self, outcome: Outcome) -> None:
        """See once whether the objective is observed at all."""
        if self._observed or outcome.status != "finished" or outcome.path is None:
            return
        experiment = read(outcome.path)
        if not experiment.has_observation(self._objective.observation):
            names = ", ".join(experiment.observed()) or "nothing"
            raise SpaceError(f"the objective {self._objective.observation!r} was not observed; observed were: {names}")
        self._observed = True
