"""W&B, offline: a service process of its own writes the file."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Observes, Records

_BLOCK = 32_768  # bytes; the file is a log of LevelDB after a head of seven bytes


class WeightsAndBiases(Observes, Records):
    """A run of W&B in the mode offline; its reader needs a server."""

    name = "W&B offline"
    distribution = "wandb"
    module = "wandb"
    call = "`run.log(values)`"
    way = "`run.log(values)` for each step"

    def start(self, directory: Path) -> None:
        """Begin a run."""
        self.open(directory)
        self._begin({})

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values; the step is counted by the run, as a given one is held back until the next comes."""
        self._run.log(values)

    def finish(self) -> None:
        """End the run."""
        self._run.finish()

    def kept(self, directory: Path) -> int:
        """The rows of history in its file, as far as that is whole."""
        from wandb.proto.wandb_internal_pb2 import Record

        rows = 0
        for path in directory.rglob("*.wandb"):
            for content in _records(path.read_bytes()):
                record = Record.FromString(content)
                if record.WhichOneof("record_type") == "history":
                    named = {item.key or ".".join(item.nested_key): item.value_json for item in record.history.item}
                    rows += all(isinstance(json.loads(named.get(name, "null")), float) for name in ("loss", "accuracy"))
        return rows

    def open(self, directory: Path) -> None:
        """Remember the directory."""
        self._directory = directory

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Begin a run, log all and end it, which waits for the service."""
        self._begin(params)
        for values in zip(*observations.values(), strict=True):
            self._run.log(dict(zip(observations, values, strict=True)))
        self._run.finish()

    def count(self, directory: Path) -> int:
        """The files that have rows of history; a file is a run."""
        return sum(self.kept(path.parent) > 0 for path in directory.rglob("*.wandb"))

    def _begin(self, params: Mapping[str, Any]) -> None:
        import wandb

        quiet = wandb.Settings(silent=True, console="off", x_disable_stats=True, x_disable_meta=True)
        where = {"project": "benchmark", "dir": str(self._directory)}
        self._run = wandb.init(mode="offline", config=dict(params), settings=quiet, **where)


def _records(content: bytes) -> Iterator[bytes]:
    """The whole records: pieces of a checksum, a length and a kind (whole, first, middle, last), within blocks."""
    at, parts = 7, []
    while at + 7 <= len(content):
        if at % _BLOCK > _BLOCK - 7:
            at += _BLOCK - at % _BLOCK
            continue
        length, kind = struct.unpack_from("<HB", content, at + 4)
        part = content[at + 7 : at + 7 + length]
        at += 7 + length
        if len(part) < length or kind == 0:
            return
        parts = [part] if kind in (1, 2) else [*parts, part]
        if kind in (1, 4):
            yield b"".join(parts)
