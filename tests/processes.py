"""Scripts in processes of their own, as experiments run; and waiting for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time


def run(script, *args, **environment):
    """What the script prints; it must end well and say nothing on standard error."""
    threads = "ignore:This process:DeprecationWarning"  # that a process with threads forks, which is what is tested
    command = [sys.executable, "-W", threads, "-c", script, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def until(condition):
    """Wait for a condition, which holds soon."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def at_once(before, does):
    """A script whose children do something in the same moment: as many as its second argument says.

    They are forks of one process that has imported all it needs, so that they are quick and truly at once.

    Args:
        before: what is done before there are children.
        does: what child number ``i`` does.
    """
    return f"""
import os, sys
{before}
start, go = os.pipe()
children = []
for i in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        os.close(go)
        os.read(start, 1)
        try:
{textwrap.indent(textwrap.dedent(does), " " * 12)}
        finally:
            os._exit(sys.exc_info()[0] is not None)
    children.append(child)
os.close(start)
os.close(go)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""
