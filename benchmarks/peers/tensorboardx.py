"""TensorBoard's event files, written by tensorboardX: a queue, which a thread writes to the file."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd


class TensorBoardX(Observes, Reads):
    """The SummaryWriter of tensorboardX with its own settings."""

    name = "tensorboardX"
    distribution = "tensorboardX"
    module = "tensorboardX"
    call = "`writer.add_scalar` four times"
    way = "`writer.add_scalar` for each value"
    reader = "`EventAccumulator(run).Reload()` of TensorBoard"

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

    def open(self, directory: Path) -> None:
        """Each experiment has a directory of its own in it."""
        self._directory, self._number = directory, len(list(directory.iterdir()))

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Write an event file; the params as ``add_hparams`` writes them, though not into a second file."""
        from tensorboardX import SummaryWriter
        from tensorboardX.summary import hparams

        self._number += 1
        simple = {
            name: value if isinstance(value, (int, float, str)) else json.dumps(value) for name, value in params.items()
        }
        with SummaryWriter(str(self._directory / f"{self._number:06}")) as writer:
            for summary in hparams(simple, {name: values[-1] for name, values in observations.items()}):
                writer.file_writer.add_summary(summary)
            for name, values in observations.items():
                for step, value in enumerate(values):
                    writer.add_scalar(name, value, step)

    def prepare(self) -> None:
        """The reader of TensorBoard, which tensorboardX does not have, and pandas."""
        import pandas
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

        self._pandas, self._reader, self._params = pandas, EventAccumulator, HParamsPluginData

    def table(self, directory: Path) -> pd.DataFrame:
        """Read all event files whole, as there is no other way."""
        self._runs = [self._reader(str(run), size_guidance={"scalars": 0}) for run in sorted(directory.iterdir())]
        rows = []
        for run in self._runs:
            run.Reload()
            content = run.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
            hparams = self._params.FromString(content).session_start_info.hparams
            params = {name: getattr(value, value.WhichOneof("kind")) for name, value in hparams.items()}
            finals = {name: run.Scalars(name)[-1].value for name in run.Tags()["scalars"]}
            rows.append({**params, **finals})
        return self._pandas.DataFrame(rows)

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """It is in memory."""
        return [event.value for event in self._runs[row].Scalars(observation)]


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
