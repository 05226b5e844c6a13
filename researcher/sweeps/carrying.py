"""Carry out a plan on an engine: keep it busy, and take in how each setting ended."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import nullcontext

from researcher.errors import CannotWrite, EngineError
from researcher.storage import stopping
from researcher.sweeps.engines import Engine
from researcher.sweeps.job import Outcome, in_a_line
from researcher.sweeps.plan import Plan
from researcher.sweeps.sending import carry_out
from researcher.sweeps.settings import Setting

_KILLED = "its worker was killed, perhaps for want of memory"


class Carrying:
    """The settings of a plan on their way through an engine.

    Where a worker of our own is killed, what ran meanwhile is run again, one setting at a time: one that its worker
    dies of even so is given up, and the others go on.
    """

    def __init__(
        self,
        plan: Plan,
        engine: Engine,
        tell: Callable[[Outcome], None],
    ) -> None:
        self._plan = plan
        self._engine = engine
        self._tell = tell
        self._running: dict[Future[Outcome], Setting] = {}
        self._suspects: list[Setting] = []  # one of them may be what killed a worker
        self._alone: Setting | None = None  # the suspect that runs now, and nothing else

    def carry_out(self) -> None:
        """Run all of the plan; whatever ends that early, nothing is lost of what was recorded.

        Raises:
            EngineError: the engine is gone.
            CannotWrite: nothing can be recorded.
            KeyboardInterrupt: the workers have ended, if they are ours.
        """
        kill = True
        try:
            while self._submit():
                done, _ = wait(self._running, timeout=self._plan.patience, return_when=FIRST_COMPLETED)
                lost = [setting for future in done if not self._took(setting := self._running.pop(future), future)]
                if lost:
                    self._replace_engine(lost)
                self._plan.look()
            kill = False
        finally:
            self._engine.end(kill)
            for future in self._running:  # after that: a future cancelled before keeps loky from ending its workers
                future.cancel()

    def _submit(self) -> bool:
        """Give the engine as much as it is to have; whether it has anything now."""
        window = self._engine.window if self._plan.ahead else self._engine.slots
        while len(self._running) < window and (setting := self._next()) is not None:
            looked_after = stopping.looked_after(self._plan.look) if self._engine.here else nullcontext()
            try:
                with looked_after:
                    future = self._engine.submit(carry_out, self._engine.parcel, setting)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            except RuntimeError as error:
                raise EngineError(f"the engine takes no more jobs: {error}") from error
            self._running[future] = setting
        return bool(self._running)

    def _next(self) -> Setting | None:
        if not self._running:
            self._alone = self._suspects.pop() if self._suspects else None
            if self._alone is not None:
                return self._alone
        elif self._alone is not None or self._suspects:
            return None
        return self._plan.next()

    def _took(self, setting: Setting, future: Future[Outcome]) -> bool:
        """Take in how a setting ended; False if its executor broke."""
        try:
            error = future.exception()
        except CancelledError as cancelled:
            raise EngineError("the engine is gone, or gave up what it was to run") from cancelled
        if isinstance(error, BrokenExecutor):
            return False
        if isinstance(error, CannotWrite):
            raise error
        if error is None:
            self._end(setting, future.result())
        else:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "lost"
            self._end(setting, Outcome(status, error=in_a_line(error)))
        return True

    def _end(self, setting: Setting, outcome: Outcome) -> None:
        self._plan.ended(setting, outcome)
        self._tell(outcome)

    def _replace_engine(self, lost: list[Setting]) -> None:
        """Go on with new workers, without what certainly kills them.

        Raises:
            EngineError: the engine is not ours to make anew.
        """
        wait(self._running)  # which end too, with the executor
        lost += [setting for future, setting in self._running.items() if not self._took(setting, future)]
        self._running.clear()
        self._engine.end(True)
        if self._engine.anew is None:
            raise EngineError("a worker was killed, and that was the end of its executor; make a new one")
        self._engine = self._engine.anew()
        if lost == [self._alone]:
            self._end(lost[0], Outcome("lost", error=_KILLED))
        else:
            self._suspects += lost
