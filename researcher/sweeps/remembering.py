"""What has ended of a study's settings, and what the study itself remembers of that."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from researcher.experiment import Experiment
from researcher.storage.reading import read
from researcher.sweeps.job import Outcome
from researcher.sweeps.pruning import curve_of

HASHES = "researcher"  # the attribute of a trial that says under which hashes it is recorded

Hashes = tuple[str, ...]


class Ended(dict[str, Outcome]):
    """How settings ended, by hash; a trial is all repeats of one."""

    def holds(self, hashes: Iterable[str]) -> bool:
        """Whether all of a trial has ended."""
        return all(h in self for h in hashes)

    def result(self, hashes: Iterable[str]) -> tuple[Any, float | None]:
        """The state of a trial that has ended, and its value: the mean of its repeats."""
        from optuna.trial import TrialState

        outcomes = [self[h] for h in hashes]
        if any(outcome.status == "pruned" for outcome in outcomes):
            return TrialState.PRUNED, None
        value = math.fsum(outcome.value for outcome in outcomes) / len(outcomes)
        if any(outcome.status != "finished" for outcome in outcomes) or not math.isfinite(value):
            return TrialState.FAIL, None
        return TrialState.COMPLETE, value

    def curve(self, hashes: Sequence[str], observation: str) -> list[tuple[int, float]]:
        """The steps and values of an observation in a trial that has ended; of repeats the first one's."""
        path = self[hashes[0]].path
        return [] if path is None else curve_of(read(path), observation)


def remembered(
    study: Any, known: Mapping[str, Experiment], ended: Ended
) -> tuple[Counter[tuple[Hashes, Any]], set[Hashes]]:
    """What a study knows of a sweep: how often each trial ended in which state, and which of them wait.

    Those whose process was killed are ended: with what is recorded, or as failed, to be run again.
    """
    from optuna.trial import TrialState

    told: Counter[tuple[Hashes, Any]] = Counter()
    waiting: set[Hashes] = set()
    for trial in study.get_trials(deepcopy=False):
        hashes, state = tuple(trial.user_attrs.get(HASHES, ())), trial.state
        if not hashes:
            continue
        if state == TrialState.WAITING:
            waiting.add(hashes)
        elif state != TrialState.RUNNING:
            told[hashes, state] += 1
        elif all(h in known and known[h].status != "running" for h in hashes):
            over = ended.holds(hashes)
            state, value = ended.result(hashes) if over else (TrialState.FAIL, None)
            study.tell(trial.number, value, state)
            told[hashes, state] += 1
            if not over:
                study.enqueue_trial(trial.params, user_attrs={HASHES: list(hashes)})
                waiting.add(hashes)
    return told, waiting
