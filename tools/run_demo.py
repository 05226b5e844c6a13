"""Run the demo notebook from top to bottom without a browser, and print the best experiment it recorded.

The notebook is executed in a temporary folder, from a copy, so that neither the file nor any records next to
it are changed. The exit status is 1 when a cell fails or when nothing was recorded.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import researcher as rs

SECONDS_PER_CELL = 900
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of the terminal, in tracebacks


def execute(notebook: Path, folder: Path) -> None:
    """Execute a copy of ``notebook`` with ``folder`` as the working directory."""
    document = nbformat.read(notebook, as_version=4)
    code_cells = [cell.id for cell in document.cells if cell.cell_type == "code"]

    def tell(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            first_line = next(iter(document.cells[cell_index].source.splitlines()), "")
            print(f"[{code_cells.index(cell.id) + 1}/{len(code_cells)}] {first_line}", flush=True)

    NotebookClient(
        document,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=tell,
    ).execute()


def main() -> int:
    """Run the notebook named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--records", default="records", help="folder the notebook records to (records)")
    parser.add_argument("--observation", default="val_accuracy", help="the best has most of it (val_accuracy)")
    args = parser.parse_args()
    if not args.notebook.is_file():
        parser.error(f"{args.notebook} is not a file")

    with tempfile.TemporaryDirectory(prefix="researcher-demo-") as folder:
        print(f"No terminal: running {args.notebook} in {folder}", flush=True)
        try:
            execute(args.notebook, Path(folder))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{args.notebook} failed:\n{COLOURS.sub('', str(error))}", file=sys.stderr)
            return 1
        records = Path(folder) / args.records
        if not records.is_dir() or len(experiments := rs.all_experiments(records)) == 0:
            print(f"{args.notebook} recorded no experiments in {args.records}/", file=sys.stderr)
            return 1
        best = experiments.best(args.observation, mode="max")
        print(f"\n{len(experiments)} experiments recorded; the best by {args.observation}: {best.identifier()}")
        for name, value in best.params.items():
            print(f"    {name} = {value!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
