"""What the workload ``observe`` found, as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.peers.bare import BareWrite
from benchmarks.peers.peer import Observes
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import Failed
from benchmarks.tables import aims, number, table, trouble

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


def report(peers: Sequence[Observes], found: Mapping[str, Findings], acknowledged: int) -> str:
    """The findings in Markdown, the quickest first, and whether the aim is met."""
    bare = next(found[peer.name] for peer in peers if isinstance(peer, BareWrite))
    if bare.trouble:
        raise Failed(f"the bare write: {bare.trouble}")
    heading = [
        "",
        "what is called",
        "× bare write",
        "99 % below ×",
        "about µs",
        f"kept of {acknowledged}",
        f"kept of {acknowledged}, {PAUSE * 1000:.0f} ms apart",
    ]
    ranked = sorted(peers, key=lambda peer: _ratio(found[peer.name].medians, bare))
    ours = next((found[peer.name] for peer in peers if isinstance(peer, Researcher)), Findings())
    aim = ("one `observe`, × bare write", 3, _ratio(ours.medians, bare) if ours.medians else None)
    lost = ("acknowledged calls lost at SIGKILL", 0, None if ours.kept is None else acknowledged - ours.kept)
    rows = [_cells(peer, found[peer.name], bare) for peer in ranked]
    return f"{table(heading, rows, text=2)}\n\n{aims([aim, lost])}"


def _cells(peer: Observes, findings: Findings, bare: Findings) -> list[str]:
    if findings.trouble:
        return trouble(peer.title(), findings.trouble, 5)
    ratios = [number(_ratio(times, bare)) for times in (findings.medians, findings.rare)]
    microseconds = number(min(findings.medians) / 1000)
    return [peer.title(), peer.call, *ratios, microseconds, str(findings.kept), str(findings.kept_of_slow)]


def _ratio(times: Sequence[float], bare: Findings) -> float:
    """The quietest round to the quietest of the bare write, as other work only adds; infinite where there is none."""
    return min(times, default=math.inf) / min(bare.medians)
