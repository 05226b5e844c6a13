"""Run workloads and print their tables; write them into the README of this directory if that is wanted."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    archive,
    catalogue,
    environment,
    explorer,
    folds,
    imports,
    observe,
    read,
    readme,
    record,
    remote,
    sweep,
    thin,
)
from benchmarks.peers import PEERS
from benchmarks.processes import Failed
from benchmarks.workload import SIZES, Workload

WORKLOADS: dict[str, Workload] = {
    "import": imports.WORKLOAD,
    "record": record.WORKLOAD,
    "observe": observe.WORKLOAD,
    "environment": environment.WORKLOAD,
    "sweep": sweep.WORKLOAD,
    "read": read.WORKLOAD,
    "folds": folds.WORKLOAD,
    "catalogue": catalogue.WORKLOAD,
    "archive": archive.WORKLOAD,
    "remote": remote.WORKLOAD,
    "explorer": explorer.WORKLOAD,
    "thin": thin.WORKLOAD,
}
README = Path(__file__).with_name("README.md")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("workload", choices=[*WORKLOADS, "all"])
    parser.add_argument("--size", choices=SIZES, default="full", help="how much of it; the tables are from full")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick", help="the same as --size quick")
    parser.add_argument("--peers", metavar="NAME,NAME", help=f"only these of {', '.join(names)}")
    parser.add_argument("--machine", default=_machine(), help="what to say of the machine; default: %(default)s")
    parser.add_argument("--write", nargs="?", type=Path, const=README, metavar="FILE", help="default: the README")
    given = parser.parse_args(arguments)
    wanted = [name.strip() for name in given.peers.split(",")] if given.peers else names
    if unknown := set(wanted) - set(names):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    failed = []
    for name in WORKLOADS if given.workload == "all" else [given.workload]:
        if lacking := WORKLOADS[name].lacking():
            print(f"{name} is left out, as it needs {', '.join(lacking)}", file=sys.stderr)
            failed += [name] if given.workload == name else []
            continue
        begun = time.monotonic()
        try:
            text = _measured(WORKLOADS[name], given.size, wanted, given.machine)
        except Failed as error:
            print(f"{name} failed: {error}", file=sys.stderr)
            failed.append(name)
            continue
        print(f"## {name}\n\n{text}\n", flush=True)
        print(f"{name} took {time.monotonic() - begun:.0f} s", file=sys.stderr)
        if given.write:
            readme.write(given.write, name, text)
    sys.exit(1 if failed else 0)


def _measured(workload: Workload, size: str, wanted: Sequence[str], machine: str) -> str:
    """The tables of a workload, and under which conditions they were made."""
    peers = [peer for peer in workload.peers() if peer.name in wanted]
    found = workload.run([peer for peer in peers if peer.available()], workload.sizes[size])
    rounds = workload.sizes[size].rounds
    often = "1 round" if rounds == 1 else f"{rounds} rounds"
    conditions = f"Python {platform.python_version()}, {platform.system()}, {machine}, {often}."
    if missing := [peer.name for peer in peers if not peer.available()]:
        conditions += f" Left out, as they are not installed: {', '.join(missing)}."
    return f"{found}\n\n{conditions}"


def _machine() -> str:
    return f"{os.cpu_count()} cores"


if __name__ == "__main__":
    main()
