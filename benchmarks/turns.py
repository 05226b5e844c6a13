"""What a peer does in a process of its own, so that peers cannot disturb each other, and can be killed.

``python -m benchmarks.turns MODULE FUNCTION PEER DIRECTORY NUMBER...`` calls a function of a workload, and answers on
standard output with what it returns, in JSON; with a line for each item if it is a generator.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from pathlib import Path

from benchmarks.offline import go_offline
from benchmarks.peers import PEERS


def main() -> None:
    """Do what the command line says."""
    module, function, name, directory, *numbers = sys.argv[1:]
    peer = next(peer for peer in PEERS if peer.name == name)
    does = getattr(importlib.import_module(module), function)
    go_offline()
    with os.fdopen(os.dup(1), "w") as answer:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what peers print is no answer
        found = does(peer, Path(directory), *map(json.loads, numbers))
        for item in found if inspect.isgenerator(found) else [found]:
            answer.write(f"{json.dumps(item)}\n")
            answer.flush()


if __name__ == "__main__":
    main()
