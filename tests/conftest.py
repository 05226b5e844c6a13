"""What all tests need: the Hypothesis profiles, places for records, and that git does not see this repository."""

from __future__ import annotations

import os
import tempfile

import pytest
import stores
from hypothesis import settings

# What tests read is remembered where it is thrown away; the processes that they start inherit this.
_cache = tempfile.TemporaryDirectory(prefix="researcher-cache-")
os.environ["RESEARCHER_CACHE"] = _cache.name

# The server of Google Cloud Storage knows plain buckets only, and gcsfs asks when it is imported.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"

# Machines differ in speed and are busy at times, so no example has a deadline. Under CI the examples are the
# same in every run: what fails there fails here.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI", "false") not in {"", "0", "false"} else "dev")

# Git finds no repository, so that no patch lies beside the records. Tests of what git knows take it away again.
os.environ["GIT_DIR"] = os.devnull


@pytest.fixture(scope="session")
def s3_server():
    """An S3 server on loopback, one for all tests of a process."""
    server = stores.S3()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server, spool, monkeypatch):  # noqa: ARG001 - nothing of what tests do stays in the usual one
    """The same, found by all that look for S3."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture(scope="session")
def gcs_server():
    """A server of Google Cloud Storage on loopback, one for all tests of a process."""
    server = stores.GCS()
    yield server
    server.stop()


@pytest.fixture
def gs(gcs_server, spool, monkeypatch):  # noqa: ARG001 - as above
    """The same, found by gcsfs."""
    for name, value in gcs_server.environment.items():
        monkeypatch.setenv(name, value)
    return gcs_server


@pytest.fixture
def spool(tmp_path_factory, monkeypatch):
    """Where journals of what is recorded on stores lie meanwhile."""
    directory = tmp_path_factory.mktemp("spool")
    monkeypatch.setenv("RESEARCHER_SPOOL", str(directory))
    return directory


@pytest.fixture(params=["directory", "memory", "s3", "gs"])
def records(request, tmp_path):
    """A place for records, empty: a directory, and what is none of this machine."""
    return stores.chosen(request, tmp_path)


@pytest.fixture(params=["directory", "s3", "gs"])
def shared(request, tmp_path):
    """The same, for several processes."""
    return stores.chosen(request, tmp_path)
