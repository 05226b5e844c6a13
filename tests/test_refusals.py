"""What is said when a store refuses or does not answer, and that credentials are never told."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest
from processes import run

import researcher as rs
from researcher.errors import CannotRead, CannotWrite, RecordsNotFound

PARAMS = {"title": "relu", "lr": 0.1}
EMPTY = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"


@contextlib.contextmanager
def answering(*answers, seconds=0.0):
    """The URL of a server that gives these answers, each a status and a body; the last one again and again."""
    todo = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            stopped.wait(seconds)
            status, body = todo.pop(0) if len(todo) > 1 else todo[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(b"" if self.command == "HEAD" else body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *args):
            pass

    stopped = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        stopped.set()
        server.shutdown()


@pytest.fixture
def ask(monkeypatch, spool):  # noqa: ARG001 - nothing is left behind
    """Lists a bucket of a server."""

    def listed(scheme, url, tries=1):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", str(tries))
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
        fsspec.get_filesystem_class(scheme).clear_instance_cache()
        return rs.all_experiments(f"{scheme}://bucket")

    yield listed
    for scheme in ("s3", "gs"):
        fsspec.get_filesystem_class(scheme).clear_instance_cache()


def s3_error(code, message):
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "code", "message", "said"),
    [
        (403, "AccessDenied", "Denied.", r"the store does not allow it \(Denied.\).*AWS_PROFILE"),
        (403, "InvalidAccessKeyId", "No such key.", r"does not allow it \(No such key.\). See that the credentials"),
        (400, "ExpiredToken", "It is old.", r"credentials have expired.*\(It is old.\). Get new ones"),
        (400, "InvalidToken", "It is none.", r"no valid credentials were found \(It is none.\)"),
        (400, "AuthorizationHeaderMalformed", "Mars.", r"another region.*\(Mars.\).*AWS_DEFAULT_REGION"),
        (404, "NoSuchBucket", "No.", "there is no bucket 'bucket'; make it first"),
        (503, "SlowDown", "Not so fast.", "cannot read the directory s3://bucket: Not so fast."),
    ],
)
def test_what_s3_refuses_is_said_with_what_to_do(ask, status, code, message, said):
    with (
        answering((status, s3_error(code, message))) as url,
        pytest.raises((CannotRead, RecordsNotFound), match=said) as caught,
    ):
        ask("s3", url)
    assert "the-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (401, "Who?", r"no valid credentials were found \(.*Who\?.*\).*GOOGLE_APPLICATION_CREDENTIALS"),
        (403, "You may not.", r"the store does not allow it \(.*You may not.*gcloud auth application-default"),
        (404, "Not Found", "there is no bucket 'bucket'; make it first"),
    ],
)
def test_what_google_refuses_is_said_with_what_to_do(ask, status, message, said):
    answer = json.dumps({"error": {"code": status, "message": message}}).encode()
    with answering((status, answer)) as url, pytest.raises((CannotRead, RecordsNotFound), match=said):
        ask("gs", url)


@pytest.mark.parametrize(("scheme", "listing"), [("s3", EMPTY), ("gs", b"{}")])
def test_a_store_that_is_busy_is_asked_again(ask, scheme, listing):
    with answering((503, b""), (200, listing)) as url:
        assert ask(scheme, url, tries=3) == []


def test_a_store_that_takes_too_long_is_said(ask, monkeypatch):
    monkeypatch.setitem(fsspec.config.conf, "s3", {"config_kwargs": {"read_timeout": 0.1}})
    begun = time.monotonic()
    with (
        answering((200, EMPTY), seconds=60.0) as url,
        pytest.raises(CannotRead, match=r"the store does not answer \(ReadTimeoutError.*AWS_ENDPOINT_URL"),
    ):
        ask("s3", url)
    assert time.monotonic() - begun < 30.0  # as the user has configured it


def test_a_store_that_is_not_there_is_said(ask):
    with pytest.raises(CannotRead, match=r"the store does not answer \(EndpointConnectionError.*AWS_ENDPOINT_URL"):
        ask("s3", "http://127.0.0.1:9")


WITHOUT_CREDENTIALS = """
import os, sys, researcher as rs
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"HOME": sys.argv[1], "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": sys.argv[2]}
try:
    rs.all_experiments("s3://bucket/records")
except rs.errors.CannotRead as error:
    print(error)
"""


@pytest.mark.parametrize(("profile", "why"), [("default", "Unable to locate credentials"), ("nobody", "nobody")])
def test_where_credentials_are_looked_for_is_said(tmp_path, profile, why):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = us-east-1\n")
    said = run(WITHOUT_CREDENTIALS, tmp_path, profile)
    assert "no valid credentials were found" in said
    assert why in said
    assert "AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws" in said


# Credentials


def everything(records):
    """The bytes of all files below a place."""
    fs, path = fsspec.core.url_to_fs(str(records))
    return [fs.cat_file(file, start=0) for file in fs.find(path)]


def test_credentials_are_in_nothing_that_is_written_or_shown(s3, spool, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session-token")
    secrets = [
        value for name, value in os.environ.items() if name.startswith("AWS_") and ("KEY" in name or "TOKEN" in name)
    ]
    monkeypatch.setenv("RESEARCHER_CACHE", str(tmp_path / "cache"))
    bucket = s3.new_bucket()
    records = f"{bucket}/records"
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.observe(loss=0.5)
        rs.all_experiments(records)[0].annotate("a remark")
        written = [*everything(bucket), *everything(spool)]
        shown = [repr(recorder), repr(recorder.__getstate__())]
    rs.record_experiment(PARAMS, records, {"loss": [i / 7 for i in range(20_000)]})  # so much that it is remembered
    experiments = rs.all_experiments(records)
    rs.archive(records, f"{bucket}/archive")
    shown += [repr(experiments), repr([e.data for e in experiments]), experiments.frame().to_csv()]
    with s3.forbidding(), pytest.raises(CannotWrite) as refused:
        rs.record_experiment(PARAMS, records, {"loss": [0.5]})
    written += [refused.value.rescue.read_bytes(), *everything(bucket), *everything(tmp_path)]
    refused.value.rescue.unlink()
    shown += [str(refused.value), repr(refused.value)]
    assert len(written) >= 8
    assert len(list(Path(tmp_path / "cache").iterdir())) == 1
    assert len(secrets) == 3
    for secret in secrets:
        assert not any(secret in text for text in shown)
        assert not any(secret.encode() in content for content in written)
