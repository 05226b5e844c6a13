"""An S3 server on this computer that takes its time: ``python -m benchmarks.store EXPERIMENTS SECONDS``.

It answers on standard output with its port, has the records of a workload in `BUCKET`, waits so many seconds before it
answers a request, and ends when its standard input does.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

from benchmarks import drawn

BUCKET = "benchmark"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}


def main() -> None:
    """Do what the command line says."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends
    from werkzeug.serving import make_server

    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    store = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    store.create_bucket(BUCKET, "us-east-1")
    with tempfile.TemporaryDirectory() as above:
        directory = Path(above) / "records"
        drawn.write(directory, drawn.Workload(count, 50))
        for file in directory.iterdir():
            store.put_object(BUCKET, f"records/{file.name}", file.read_bytes())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = _slowly(DomainDispatcherApplication(create_backend_app), seconds)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()


def _slowly(application: Callable[..., Iterable[bytes]], seconds: float) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(seconds)
        return application(environ, start_response)

    return answer


if __name__ == "__main__":
    main()
