"""Run a workload and print its table; write it into the README of this directory if that is wanted."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from benchmarks import observe, readme
from benchmarks.peers import PEERS
from benchmarks.peers.peer import Peer
from benchmarks.sizes import SIZES, Size

WORKLOADS = {"observe": observe}
README = Path(__file__).with_name("README.md")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--size", choices=SIZES, default="full", help="how much of it; the table is from full")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", help="the same as --size quick")
    parser.add_argument("--peers", metavar="NAME,NAME", help=f"only these of {', '.join(peer.name for peer in PEERS)}")
    parser.add_argument("--machine", default=_machine(), help="what to say of the machine; default: %(default)s")
    parser.add_argument("--write", nargs="?", type=Path, const=README, metavar="FILE", help="default: the README")
    given = parser.parse_args(arguments)
    names = [name.strip() for name in given.peers.split(",")] if given.peers else [peer.name for peer in PEERS]
    peers = [peer for peer in PEERS if peer.name in names]
    if unknown := set(names) - {peer.name for peer in peers}:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    there = [peer for peer in peers if peer.available()]
    table = WORKLOADS[given.workload].run(there, SIZES[given.size])
    conditions = _conditions(given.machine, SIZES[given.size], [peer for peer in peers if peer not in there])
    text = f"{table}\n\n{conditions}"
    print(text)
    if given.write:
        readme.write(given.write, given.workload, text)


def _conditions(machine: str, size: Size, left_out: Sequence[Peer]) -> str:
    python, rounds = f"Python {platform.python_version()}", "1 round" if size.rounds == 1 else f"{size.rounds} rounds"
    missing = f" Left out, as they are not installed: {', '.join(peer.name for peer in left_out)}." if left_out else ""
    return f"{python}, {platform.system()}, {machine}, {rounds}.{missing}"


def _machine() -> str:
    return f"{os.cpu_count()} cores"


if __name__ == "__main__":
    main()
