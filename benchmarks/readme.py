"""Tables in a README, each between two markers."""

from __future__ import annotations

from pathlib import Path


def write(path: Path, workload: str, text: str) -> None:
    """Put the text between the markers of a workload; all else in the file stays as it is.

    Raises:
        ValueError: the file does not have the markers.
    """
    first, last = f"<!-- {workload}: written by python -m benchmarks -->\n", f"<!-- end of {workload} -->\n"
    before, found, rest = path.read_text(encoding="utf-8").partition(first)
    _, ended, after = rest.partition(last)
    if not (found and ended):
        raise ValueError(f"{path} has no place for {workload}: it lacks the markers {first!r} and {last!r}")
    path.write_text(f"{before}{first}\n{text}\n\n{last}{after}", encoding="utf-8")
