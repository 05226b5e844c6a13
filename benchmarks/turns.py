"""What a peer does in a process of its own, so that peers cannot disturb each other, and can be killed.

``python -m benchmarks.turns VERB PEER DIRECTORY ...`` answers on standard output, in JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from benchmarks.offline import go_offline
from benchmarks.peers import PEERS
from benchmarks.peers.peer import Peer

WARM_UP = 20  # calls


def timed(peer: Peer, directory: Path, calls: int, seconds: float) -> list[int]:
    """How long each of the calls took, in nanoseconds; no more calls than fit into so many seconds."""
    peer.start(directory)
    values = values_of_steps()
    for step in range(WARM_UP):
        peer.observe(step, next(values))
    took: list[int] = []
    end = time.perf_counter() + seconds
    for step in range(WARM_UP, WARM_UP + calls):
        observed = next(values)
        begun = time.perf_counter_ns()
        peer.observe(step, observed)
        took.append(time.perf_counter_ns() - begun)
        if time.perf_counter() > end:
            break
    peer.finish()
    return took


def killed(peer: Peer, directory: Path, calls: int, pause: float, answer: TextIO) -> None:
    """Make so many calls, tell of each when it has returned, and end by SIGKILL right after the last."""
    peer.start(directory)
    values = values_of_steps()
    for step in range(calls):
        peer.observe(step, next(values))
        answer.write(f"{step}\n")
        answer.flush()
        if pause and step + 1 < calls:
            time.sleep(pause)
    os.kill(os.getpid(), signal.SIGKILL)


def values_of_steps() -> Iterator[dict[str, float]]:
    """Four values for each step, always the same ones."""
    drawn = random.Random(0)
    while True:
        yield {name: drawn.random() for name in ("loss", "val_loss", "accuracy", "val_accuracy")}


def main() -> None:
    """Do what the command line says."""
    verb, name, directory, *numbers = sys.argv[1:]
    peer = next(peer for peer in PEERS if peer.name == name)
    go_offline()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what peers print is no answer
    if verb == "timed":
        answer.write(json.dumps(timed(peer, Path(directory), int(numbers[0]), float(numbers[1]))))
    elif verb == "killed":
        killed(peer, Path(directory), int(numbers[0]), float(numbers[1]), answer)
    elif verb == "kept":
        answer.write(json.dumps(peer.kept(Path(directory))))
    answer.close()


if __name__ == "__main__":
    main()
