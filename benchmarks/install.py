"""Install the peers into the environment that this runs in: those of the extra ``bench`` that can be installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def main() -> None:
    """Install all together, or else one by one, and say what had to be left out."""
    if _installed("--editable", f"{PROJECT}[bench]"):
        return
    if not _installed("--editable", str(PROJECT)):
        sys.exit("benchmarks: this package itself cannot be installed")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for peer in project["optional-dependencies"]["bench"]:
        if not _installed(peer):
            print(f"benchmarks: {peer} cannot be installed and is left out", file=sys.stderr)


def _installed(*what: str) -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main()
