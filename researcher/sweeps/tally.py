"""What became of the settings of a sweep so far, in words and as a bar."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from researcher.errors import EngineError
from researcher.experiment import Experiment
from researcher.params import label
from researcher.progress import bar
from researcher.sweeps.job import Outcome
from researcher.sweeps.objective import Objective

_SHOWN = 5  # different errors


class Tally:
    """Counts how settings end.

    Attributes:
        ended: how many of them ended in which way.
        errors: what ended those that did not finish, and how often.
    """

    def __init__(
        self, total: int, finished: Sequence[Experiment], objective: Objective | None, *, progress: bool
    ) -> None:
        """Begin to count.

        Args:
            total: the settings of the sweep.
            finished: those of them that were finished before.
            objective: what the best is shown of.
            progress: show a bar.

        Raises:
            MissingExtra: a bar is wanted, and tqdm is not installed.
        """
        self.ended = Counter({"finished": len(finished)})
        self.errors: Counter[str] = Counter()
        self._total = total
        self._objective = objective
        self._best = float("nan")
        self._bar: Any = None
        if progress:
            self._bar = bar(total=total, initial=len(finished), unit="experiment")
            if objective is not None:
                for experiment in finished:
                    self._improve(objective.value(experiment))

    def add(self, outcome: Outcome) -> None:
        """Count one that ended."""
        self.ended[outcome.status] += 1
        if outcome.error:
            self.errors[outcome.error] += 1
        self._improve(outcome.value)
        if self._bar is not None:
            with contextlib.suppress(OSError, ValueError):  # what it is shown in was closed
                self._bar.set_postfix(self._shown(), refresh=False)
                self._bar.update()

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """What ends the block early says how far the sweep is, and how it goes on; the bar is left as it is then.

        Raises:
            EngineError: the engine is gone.
            KeyboardInterrupt: the sweep was interrupted.
        """
        try:
            yield
        except EngineError as error:
            raise EngineError(f"{error}. {self._so_far()}") from error.__cause__
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"the sweep was interrupted. {self._so_far()}") from None
        finally:
            if self._bar is not None:
                with contextlib.suppress(OSError, ValueError):
                    self._bar.close()

    def _so_far(self) -> str:
        return (
            f"{self.ended['finished'] + self.ended['pruned']} of {self._total} experiments are finished and recorded. "
            "Call it again to go on: what is finished is skipped"
        )

    def trouble(self) -> str:
        """What did not finish, and why; empty if all did."""
        bad = {status: self.ended[status] for status in ("failed", "interrupted", "lost") if self.ended[status]}
        if not bad:
            return ""
        counted = ", ".join(f"{n} {status}" for status, n in bad.items())
        listed = [f"  {times} × {error}" for error, times in self.errors.most_common(_SHOWN)]
        more = [f"  and {len(self.errors) - _SHOWN} other errors"] if len(self.errors) > _SHOWN else []
        return "\n".join([f"of {self._total} experiments of the sweep {counted}:", *listed, *more])

    def _improve(self, value: float) -> None:
        if self._objective is not None and self._objective.better(value, self._best):
            self._best = value

    def _shown(self) -> dict[str, str]:
        aim = self._objective
        best = {} if aim is None or math.isnan(self._best) else {f"best {aim.observation}": label(self._best)}
        return {**best, **{name: str(n) for name, n in self.ended.items() if name != "finished"}}
