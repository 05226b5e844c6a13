"""What a workload is, for the command line."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.peers.peer import Peer

SIZES = ("smallest", "quick", "full")  # for the tests; a part of five minutes for all workloads; about four minutes


@dataclass(frozen=True)
class Workload:
    """Something that is measured.

    Attributes:
        run: measures the peers with a size, and returns what it found in Markdown.
        sizes: for each name in `SIZES` how much of it is done, in the workload's own words; ``rounds`` is one of them.
        role: the peers that can do it are of this class; without it there are none.
        needs: the modules without which it is left out of ``all``.
    """

    run: Callable[[Sequence[Any], Any], str]
    sizes: Mapping[str, Any]
    role: type[Peer] | None = None
    needs: Sequence[str] = ()

    def peers(self) -> list[Peer]:
        """Who can do it, installed or not."""
        return [peer for peer in PEERS if self.role is not None and isinstance(peer, self.role)]

    def lacking(self) -> list[str]:
        """Of what it needs that which is not installed."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]
