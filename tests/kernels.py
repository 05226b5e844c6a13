"""A notebook's kernel, without its notebook."""

from __future__ import annotations

import os
from contextlib import contextmanager

import jupyter_client


@contextmanager
def kernel(directory, **environment):
    """A kernel in a directory, and a client that it is ready for."""
    manager = jupyter_client.KernelManager()
    manager.start_kernel(cwd=str(directory), env={**os.environ, **environment})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def execute(client, code):
    """Run a cell, which must end well."""
    reply = client.execute_interactive(code, timeout=60)["content"]
    assert reply["status"] == "ok", reply
