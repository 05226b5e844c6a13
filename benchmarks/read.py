"""The workload ``read``: all experiments as a table of params and final values, then 50 curves, in a new process."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import drawn
from benchmarks.peers.json2020 import Json2020
from benchmarks.peers.peer import Reads
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import Failed, in_turns, together, trouble_of, turn
from benchmarks.tables import aims, number, table, trouble
from benchmarks.workload import Workload

_VALUES = 50  # of an observation
_CURVES = 50
_LONGEST = 900.0  # seconds


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often every peer takes its turn.
        experiments: numbers of experiments, the fewest first; all peers read the fewest.
        patience: which other tracker would take longer to write more experiments, in seconds, does not read them.
    """

    rounds: int
    experiments: Sequence[int]
    patience: float


@dataclass
class Findings:
    """What was found of one peer with one number of experiments; all in seconds, of the quietest round.

    Attributes:
        begun: until what the table is made of was open, when it was read for the first time.
        first: until the table was there, likewise.
        second: likewise, when another process had read it before.
        curves: until the curves were there too, the second time.
        writing: how long it took to write the experiments, or how long it would take.
        trouble: why something could not be found out.
    """

    begun: float = math.inf
    first: float = math.inf
    second: float = math.inf
    curves: float = math.inf
    writing: float = 0.0
    trouble: str = ""


_Found = dict[tuple[str, int], Findings]


def run(peers: Sequence[Reads], size: Size) -> str:
    """Measure the peers and return the table; the 2020 way is measured whether it is among them or not."""
    if not any(isinstance(peer, Json2020) for peer in peers):
        peers = [Json2020(), *peers]
    found: _Found = {}
    for count in size.experiments:
        patient = [peer for peer in peers if _expect(peer, count, size, found)]
        with tempfile.TemporaryDirectory() as above:
            together(partial(_write, above=Path(above), count=count, found=found), patient)
            for peer in in_turns(patient, size.rounds):
                if not found[peer.name, count].trouble:
                    _read(peer, Path(above), count, found[peer.name, count])
    return _report(peers, size, found)


def _expect(peer: Reads, count: int, size: Size, found: _Found) -> bool:
    """Begin the findings of a peer, and say whether its writing is worth the wait, judged by the number before."""
    findings = found[peer.name, count] = Findings()
    if count == size.experiments[0] or isinstance(peer, (Json2020, Researcher)):
        return True
    fewer = size.experiments[size.experiments.index(count) - 1]
    before = found[peer.name, fewer]
    findings.writing, findings.trouble = before.writing * count / fewer, before.trouble
    return findings.writing <= size.patience and not findings.trouble


def _write(peer: Reads, above: Path, count: int, found: _Found) -> None:
    directory = above / peer.name
    directory.mkdir()
    findings = found[peer.name, count]
    with trouble_of(findings):
        (findings.writing,) = turn(written, peer, directory, count, longest=_LONGEST)


def _read(peer: Reads, above: Path, count: int, findings: Findings) -> None:
    """Read twice: without what an earlier reading left in the directory and at home, and with it."""
    with tempfile.TemporaryDirectory() as home, trouble_of(findings):
        (first,) = turn(opened, peer, above / peer.name, True, count, home=Path(home))
        (second,) = turn(opened, peer, above / peer.name, False, count, home=Path(home))
        findings.begun = min(findings.begun, first[0])
        findings.first = min(findings.first, first[1])
        findings.second = min(findings.second, second[1])
        findings.curves = min(findings.curves, second[2])


def _report(peers: Sequence[Reads], size: Size, found: _Found) -> str:
    """The findings in Markdown, the quickest first, and whether the aims are met."""
    old = {count: found[Json2020.name, count] for count in size.experiments}
    if any(findings.trouble for findings in old.values()):
        raise Failed(f"the 2020 way: {next(findings.trouble for findings in old.values())}")
    heading = ["", "how it is read"]
    for count in size.experiments:
        heading += [f"{count:,}: first ×", "second ×", "and 50 curves ×", "second, about ms"]
    fewest = size.experiments[0]
    rows = []
    for peer in sorted(peers, key=lambda peer: found[peer.name, fewest].second):
        its = [found[peer.name, count] for count in size.experiments]
        if its[0].trouble:
            rows.append(trouble(peer.title(), its[0].trouble, 4 * len(its)))
            continue
        rows.append([peer.title(), peer.reader])
        for findings, reference in zip(its, old.values(), strict=True):
            rows[-1] += _cells(findings, reference)
    return f"{table(heading, rows, text=2)}\n\n{_aims(found)}"


def _aims(found: _Found) -> str:
    """Whether the aims are met, which are for the number of experiments that is usual."""
    usual = drawn.WORKLOADS["usual"].experiments
    ours, old = found.get((Researcher.name, usual)), found.get((Json2020.name, usual))
    ratios: Sequence[float | None] = [None] * 4
    if ours and old and math.isfinite(ours.first):
        first = [ours.begun / old.first, ours.first / old.first]
        ratios = [*first, ours.second / old.second, ours.curves / old.curves]
    whats = [
        f"`all_experiments` of {usual:,}, first time",
        f"table of {usual:,}, first time",
        f"table of {usual:,}, second time",
        f"table of {usual:,}, second time, and {_CURVES} curves",
    ]
    rows = zip(whats, (0.3, 0.3, 0.08, 0.3), ratios, strict=True)
    return aims((f"{what}, × 2020 way", most, ratio) for what, most, ratio in rows)


def _cells(findings: Findings, old: Findings) -> list[str]:
    if math.isinf(findings.first):
        return [findings.trouble or f"{number(findings.writing)} s to write", "", "", ""]
    ratios = [findings.first / old.first, findings.second / old.second, findings.curves / old.curves]
    return [*map(number, ratios), number(findings.second * 1000)]


def written(peer: Reads, directory: Path, count: int) -> float:
    """Record so many experiments; how long that took, in seconds, without the drawing of them."""
    peer.open(directory)
    took = 0.0
    for at, params in enumerate(drawn.settings(count)):
        observations = drawn.curves(at, _VALUES)
        begun = time.perf_counter()
        peer.record(params, observations)
        took += time.perf_counter() - begun
    return took


def opened(peer: Reads, directory: Path, anew: bool, count: int) -> tuple[float, float, float]:
    """How long it took until all was open, until the table was there, and until the curves were there too, in seconds.

    Raises:
        ValueError: they are not what was written.
    """
    if anew:
        peer.forget(directory)
    peer.prepare()
    begun = time.perf_counter()
    peer.begin(directory)
    until_open = time.perf_counter() - begun
    found = peer.table(directory)
    until_table = time.perf_counter() - begun
    rows = range(0, len(found), max(1, count // _CURVES))[:_CURVES]
    curves = [peer.curve(row, "loss") for row in rows]
    until_curves = time.perf_counter() - begun
    _check(found, dict(zip(rows, curves, strict=True)), count)
    return until_open, until_table, until_curves


def _check(found: Any, curves: Mapping[int, Sequence[float]], count: int) -> None:
    """See that all final values are there and that the curves lead to them; some peers round to 32 bits."""
    finals = [drawn.curves(at, _VALUES) for at in range(count)]
    for name in drawn.OBSERVATIONS:
        wanted = sorted(values[name][-1] for values in finals if not math.isnan(values[name][-1]))
        there = sorted(found[name].dropna())
        if len(found) != count or len(there) != len(wanted):
            raise ValueError(f"{len(there)} final values of {name} in {len(found)} rows, not {len(wanted)} in {count}")
        if not all(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-6) for a, b in zip(there, wanted, strict=True)):
            raise ValueError(f"other final values of {name} than were written")
    for row, curve in curves.items():
        final = found["loss"].iloc[row]
        if len(curve) != _VALUES or not (curve[-1] == final or (math.isnan(curve[-1]) and math.isnan(final))):
            raise ValueError(f"the curve of row {row} has {len(curve)} values and ends in {curve[-1]}, not {final}")


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=(5,), patience=0.0),
        "quick": Size(rounds=1, experiments=(100, 10_000), patience=10.0),
        "full": Size(rounds=3, experiments=(1_000, 10_000, 100_000), patience=120.0),
    },
    role=Reads,
)
