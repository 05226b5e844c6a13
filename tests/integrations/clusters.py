"""What the tests of sweeps on clusters share."""

from __future__ import annotations

import threading
import time
from collections import Counter

import researcher as rs


def slow(seconds):
    """A function that takes its time."""

    def train(params, recorder):
        for step in range(2):
            recorder.observe(loss=params["lr"] / (step + 1))
            time.sleep(seconds)

    return train


def when_recorded(records, number, do):
    """A thread that does something as soon as so many experiments are recorded."""

    def wait():
        while len(list(records.glob("*.json"))) < number:
            time.sleep(0.005)
        do()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def each_finished_once(records):
    """How many settings are finished, each exactly once."""
    finished = Counter(e.hash for e in rs.all_experiments(records).where("status == 'finished'"))
    assert set(finished.values()) == {1}
    return len(finished)
