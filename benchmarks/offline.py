"""No benchmark speaks to the network, whatever the peers would like to tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

QUIET = {
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "WANDB_ERROR_REPORTING": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DVC_NO_ANALYTICS": "1",
    "DO_NOT_TRACK": "1",
}
# Where caches lie, what is recorded, and whether what is imported is compiled each time anew.
_NOT_USUAL = {"RESEARCHER_CACHE", "RESEARCHER_ENVIRONMENT", "PYTHONDONTWRITEBYTECODE"}
_PROJECT = Path(__file__).parents[1]
_LOCAL = ("127.", "::1", "localhost")


def environment(base: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of a peer's process: no telemetry, and a home directory without anybody's settings or caches."""
    path = os.pathsep.join(filter(None, [str(_PROJECT), base.get("PYTHONPATH")]))
    kept = {key: value for key, value in base.items() if key not in _NOT_USUAL and not key.startswith("XDG_")}
    return {**kept, **QUIET, "HOME": str(home), "PYTHONPATH": path}


def go_offline() -> None:
    """From now on this process can connect to nothing but itself and its neighbours on this computer."""

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(address := arguments[1], tuple):
            host = address[0]
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if host is not None and not str(host).startswith(_LOCAL):
            raise ConnectionError(f"benchmarks are offline; {host} was asked for")

    sys.addaudithook(refuse)
