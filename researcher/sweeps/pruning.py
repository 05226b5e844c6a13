"""Tell a study what running trials have observed so far, and ask those to stop that it prunes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from researcher.curves.series import series_of
from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import names, stopping
from researcher.storage.follow import JournalReader
from researcher.sweeps.settings import Setting


def curve_of(experiment: Experiment, observation: str) -> list[tuple[int, float]]:
    """The steps, as whole numbers, and the values of an observation; of folds the first one's."""
    series = series_of(experiment, observation).get(0)
    if series is None:
        return []
    return list(zip(series.steps.astype(int).tolist(), series.y.tolist(), strict=True))


class Reported:
    """What a trial was told of the curve of its experiment."""

    def __init__(self, trial: Any, setting: Setting, records: Path, observation: str) -> None:
        """Begin with nothing told.

        Args:
            trial: of Optuna.
            setting: that is run for it.
            records: the records directory.
            observation: whose values count; of folds the first one.
        """
        self._trial = trial
        self._setting = setting
        self._records = records
        self._observation = observation
        self._reader: JournalReader | None = None
        self._told = -1  # the last step
        self._stopped = False

    def look(self) -> None:
        """Read on in the journal; ask the experiment to stop at the first step at which the study prunes it."""
        with suppress(RecordsNotFound, DamagedRecord, OSError):  # it ends, or has not begun
            reader, self._reader = self._reader, self._reader or self._found()
            if self._reader is None or self._stopped or (reader is not None and not reader.refresh()):
                return
            for _ in self._steps(curve_of(self._reader.experiment(), self._observation)):
                if self._trial.should_prune():
                    stopping.ask(self._records / self._reader.path.name)
                    self._stopped = True
                    return

    def complete(self, curve: Iterable[tuple[int, float]]) -> None:
        """Tell the rest of the curve of an experiment that has ended."""
        for _ in self._steps(curve):
            pass

    def _steps(self, curve: Iterable[tuple[int, float]]) -> Iterator[None]:
        """Tell one step after the other."""
        for step, value in curve:
            if step > self._told:
                self._told = step
                self._trial.report(value, step)
                yield

    def _found(self) -> JournalReader | None:
        """The journal in which the setting is recorded now."""
        stem = names.stem(self._setting.params.get("title"), self._setting.hash)
        for repeat in itertools.count(1):
            path = self._records / names.numbered(stem, repeat, names.JOURNAL)
            if path.exists():
                reader = JournalReader(path)
                reader.refresh()
                if reader.running:
                    return reader
            elif not path.with_suffix(names.RECORD).exists():
                return None
        raise AssertionError
