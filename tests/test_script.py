"""The scripts of the README, word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
KERAS = """
class History:
    history = {"loss": [0.359, 0.168, 0.122], "accuracy": [0.9, 0.95, 0.96], "val_loss": [0.2, 0.15, 0.14]}

def run_experiment(params):
    return History()
"""
CHECKS = """
data = experiments[0].data
assert list(data)[:6] == list(params), data
assert data["hash"] == rs.get_hash(params) and data["observations"] == final_results
assert plt.gca().lines[0].get_ydata().tolist() == [0.359, 0.168, 0.122]
print("all is well")
"""
# What the README leaves to its reader, and what would take long, or needs a store or a package that is not here.
READERS = """
class Both(float):
    def __iter__(self):
        return iter((0.5, 0.25))

def train_one_epoch():
    return Both(0.5)

dask_client = None
"""
SMALLER = {
    "s3://bucket": "memory://bucket",
    "n=10, repeats=5": "n=1, repeats=2, n_jobs=1",
    "rs.reproduce(experiment)": "rs.reproduce(experiment, run_experiment)",
    ", progress=True)": ")",
}
ELSEWHERE = ("keras", "optuna")  # in tests/integrations


def printed(script: str, directory: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", script],
        cwd=directory,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_script_of_the_readme(tmp_path: Path) -> None:
    script = next(block for block in BLOCKS if "run_experiment(params)" in block)
    assert printed(KERAS + script + CHECKS, tmp_path) == "all is well\n"
    assert len(list((tmp_path / "records").iterdir())) == 1


def test_all_others_run_one_after_the_other(tmp_path: Path) -> None:
    """In the order of the page, as a reader tries them: each finds what those above it have made."""
    blocks = [block for block in BLOCKS if not any(f"{name}." in block for name in ELSEWHERE)]
    assert len(blocks) >= len(BLOCKS) - 2
    script = "\n".join([KERAS, READERS, *blocks, 'print("all is well")'])
    for words, smaller in SMALLER.items():
        assert words in script
        script = script.replace(words, smaller)
    assert printed(script, tmp_path).endswith("all is well\n")
