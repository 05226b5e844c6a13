"""Run a script in a process of its own, as an experiment runs."""

from __future__ import annotations

import os
import subprocess
import sys


def run(script, *args, **environment):
    """What the script prints; it must end well and say nothing on standard error."""
    threads = "ignore:This process:DeprecationWarning"  # that a process with threads forks, which is what is tested
    command = [sys.executable, "-W", threads, "-c", script, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout
