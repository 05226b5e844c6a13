"""How much of a workload is done."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """How much of a workload is done.

    Attributes:
        rounds: how often every peer takes its turn.
        calls: how many calls a turn has, at most.
        seconds: how long a turn lasts, at most.
        acknowledged: how many calls a process makes before it is killed.
    """

    rounds: int
    calls: int
    seconds: float
    acknowledged: int


SIZES = {
    "smallest": Size(rounds=1, calls=50, seconds=0.1, acknowledged=10),
    "quick": Size(rounds=3, calls=2_000, seconds=1.0, acknowledged=200),
    "full": Size(rounds=7, calls=5_000, seconds=2.0, acknowledged=200),
}
