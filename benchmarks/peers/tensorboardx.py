"""TensorBoard's event files, written by tensorboardX: a queue, which a thread writes to the file."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.peers.peer import Observes


class TensorBoardX(Observes):
    """The SummaryWriter of tensorboardX with its own settings."""

    name = "tensorboardX"
    distribution = "tensorboardX"
    module = "tensorboardX"
    call = "`writer.add_scalar` four times"

    def start(self, directory: Path) -> None:
        """Open the event file."""
        from tensorboardX import SummaryWriter

        self._writer = SummaryWriter(str(directory))

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Add the values, one by one."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def finish(self) -> None:
        """Write what waits and close the file."""
        self._writer.close()

    def kept(self, directory: Path) -> int:
        """The steps that have all four values in the event file."""
        from tensorboardX.proto.event_pb2 import Event

        steps: Counter[int] = Counter()
        for path in directory.glob("events.*"):
            for content in _events(path.read_bytes()):
                event = Event.FromString(content)
                steps[event.step] += len(event.summary.value)
        return sum(n == 4 for n in steps.values())


def _events(content: bytes) -> Iterator[bytes]:
    """The whole events of a file: each has its length, a checksum of that, itself, and a checksum of itself."""
    at = 0
    while at + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        end = at + 12 + length + 4
        if end > len(content):
            return
        yield content[at + 12 : end - 4]
        at = end
