"""What the workload ``observe`` found, as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.peers.bare import BareWrite
from benchmarks.peers.peer import Peer
from benchmarks.processes import Failed
from benchmarks.sizes import Size

PAUSE = 0.01  # seconds between two calls


@dataclass
class Findings:
    """What was found of one peer.

    Attributes:
        medians: of the time of a call, in nanoseconds, for each round.
        rare: the time that one call in a hundred exceeds, for each round.
        kept: of the calls without pause that had returned before SIGKILL, how many can be read.
        kept_of_slow: likewise, with a pause after each.
        trouble: why something could not be found out.
    """

    medians: list[float] = field(default_factory=list)
    rare: list[float] = field(default_factory=list)
    kept: int | None = None
    kept_of_slow: int | None = None
    trouble: str = ""


def table(peers: Sequence[Peer], found: Mapping[str, Findings], size: Size) -> str:
    """The findings in Markdown, the quickest first."""
    bare = next(found[peer.name] for peer in peers if isinstance(peer, BareWrite))
    if bare.trouble:
        raise Failed(f"the bare write: {bare.trouble}")
    heading = [
        "",
        "what is called",
        "× bare write",
        "99 % below ×",
        "about µs",
        f"kept of {size.acknowledged}",
        f"kept of {size.acknowledged}, {PAUSE * 1000:.0f} ms apart",
    ]
    rows = [(_ratio(found[peer.name].medians, bare), _cells(peer, found[peer.name], bare)) for peer in peers]
    lines = [heading, ["---", "---", *["---:"] * 5], *(cells for _, cells in sorted(rows, key=lambda row: row[0]))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(peer: Peer, findings: Findings, bare: Findings) -> list[str]:
    name = f"{peer.name} {peer.version()}".strip()
    if findings.trouble:
        return [name, f"could not be measured: {findings.trouble[:120].replace('|', ' ')}", *[""] * 5]
    ratios = [_number(_ratio(times, bare)) for times in (findings.medians, findings.rare)]
    microseconds = _number(min(findings.medians) / 1000)
    return [name, peer.call, *ratios, microseconds, str(findings.kept), str(findings.kept_of_slow)]


def _ratio(times: Sequence[float], bare: Findings) -> float:
    """The quietest round to the quietest of the bare write, as other work only adds; infinite where there is none."""
    return min(times, default=math.inf) / min(bare.medians)


def _number(value: float) -> str:
    """Two significant digits."""
    return f"{value:.1f}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"
