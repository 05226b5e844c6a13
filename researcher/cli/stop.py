"""``researcher stop``: ask an experiment that runs to stop."""

from __future__ import annotations

from researcher.cli.chosen import Which, chosen
from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import show_line, told
from researcher.places import place


def stop(which: Which, records: Records = RECORDS) -> None:
    """Ask an experiment that runs to stop. Of repeats it is the newest.

    It ends as pruned when its training looks: where that asks recorder.should_stop(), or in a callback of a framework.
    """
    with told():
        experiment, _ = chosen(which, place(records), status="running")
        experiment.request_stop()
        show_line(f"asked {experiment.name} to stop; it ends when its training looks (recorder.should_stop)")
