"""The script of the README, word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
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


def test_the_script_of_the_readme(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    script = next(block for block in blocks if "run_experiment(params)" in block)
    done = subprocess.run(
        [sys.executable, "-c", KERAS + script + CHECKS],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "all is well\n", done.stderr
    assert len(list((tmp_path / "records").iterdir())) == 1
