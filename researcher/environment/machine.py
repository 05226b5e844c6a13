"""What machine and which Python this process runs on."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_PATIENCE = 10.0  # seconds for the driver's own tool


@functools.cache
def machine() -> dict[str, Any]:
    """Python, platform, CPU and accelerators, found out once a process."""
    python = platform.python_version()
    if sys.implementation.name != "cpython":
        python = f"{platform.python_implementation()} {python}"
    cpu: dict[str, Any] = {"model": _cpu(), "cores": os.cpu_count()}
    accelerators = _accelerators()
    return {
        "python": python,
        "platform": platform.platform(),
        "cpu": cpu,
        **({"accelerators": accelerators} if accelerators else {}),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _accelerators() -> list[str]:
    """The names of the GPUs, asked of the driver: to ask torch would claim them for this process."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        done = subprocess.run(  # noqa: S603 - all of it is ours
            [tool, "--query-gpu=name", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()] if done.returncode == 0 else []
