"""An S3 server on this computer that takes its time: ``python -m benchmarks.store EXPERIMENTS SECONDS``.

It answers on standard output with its port, has the records of a workload in `BUCKET`, and waits so many seconds before
it answers a request. For each line on standard input it says how much processor time it has taken, in seconds; when
there are no more, it ends.

It lists and reads as S3 does, and can do nothing else: servers that can do all of it take more of the processor for a
request than its client, so that with few cores it would be them that are measured.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from aiohttp import web

from benchmarks import drawn

BUCKET = "benchmark"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
_PAGE = 1000  # keys in one answer at most
_SAID = {"Server": "AmazonS3", "x-amz-id-2": "i" * 76, "x-amz-request-id": "I" * 16}  # with every answer


class Stored(NamedTuple):
    """An object, and what S3 tells of it."""

    content: bytes
    tag: str
    written: datetime


class Bucket:
    """Objects in one directory, of which S3's clients learn by lists and reads."""

    def __init__(self, objects: Mapping[str, bytes], seconds: float) -> None:
        """Have these by their keys, and wait so long before each answer."""
        now = datetime.now(UTC).replace(microsecond=0)
        self._objects = {key: Stored(content, _tag(content), now) for key, content in sorted(objects.items())}
        self._keys = [*self._objects]
        self._seconds = seconds

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """What S3 answers to a list or a read."""
        await asyncio.sleep(self._seconds)
        bucket, _, key = request.path[1:].partition("/")
        if request.method != "GET":
            return _refused(501, "NotImplemented")
        if bucket != BUCKET:
            return _refused(404, "NoSuchBucket")
        if not key:
            return _xml(200, self._listed(request.query))
        found = self._objects.get(key)
        return _refused(404, "NoSuchKey") if found is None else _read(found, request)

    def _listed(self, asked: Mapping[str, str]) -> str:
        """The next keys with a prefix, as ListObjectsV2 tells of them."""
        prefix, last = asked.get("prefix", ""), asked.get("continuation-token", "")
        begin = bisect_right(self._keys, last)
        keys = [key for key in self._keys[begin:] if key.startswith(prefix)]
        more = f"<NextContinuationToken>{keys[_PAGE - 1]}</NextContinuationToken>" if len(keys) > _PAGE else ""
        return (
            f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{BUCKET}</Name>'
            f"<Prefix>{quote(prefix)}</Prefix><KeyCount>{len(keys[:_PAGE])}</KeyCount><MaxKeys>{_PAGE}</MaxKeys>"
            f"<EncodingType>url</EncodingType><IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}"
            f"{''.join(map(self._told, keys[:_PAGE]))}</ListBucketResult>"
        )

    def _told(self, key: str) -> str:
        content, tag, written = self._objects[key]
        return (
            f"<Contents><Key>{quote(key)}</Key><LastModified>{written:%Y-%m-%dT%H:%M:%S}.000Z</LastModified>"
            f"<ETag>&quot;{tag}&quot;</ETag><Size>{len(content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )


def _tag(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _read(found: Stored, request: web.BaseRequest) -> web.Response:
    content, tag, written = found
    headers = {**_SAID, "ETag": f'"{tag}"', "Last-Modified": format_datetime(written, usegmt=True)}
    headers |= {"Accept-Ranges": "bytes", "Content-Type": "binary/octet-stream"}
    begin, end, _ = request.http_range.indices(len(content))
    if "Range" not in request.headers:
        return web.Response(body=content, headers=headers)
    if begin >= end:
        return _refused(416, "InvalidRange")
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(content)}"
    return web.Response(status=206, body=content[begin:end], headers=headers)


def _refused(status: int, code: str) -> web.Response:
    return _xml(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")


def _xml(status: int, text: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return web.Response(status=status, text=text, content_type="application/xml", headers=_SAID)


async def serve(bucket: Bucket) -> None:
    """Answer on a free port of this computer until standard input ends."""
    server = web.ServerRunner(web.Server(bucket.answer))
    await server.setup()
    await web.TCPSite(server, "127.0.0.1", 0).start()
    print(server.addresses[0][1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(time.process_time(), flush=True)
    await server.cleanup()


def main() -> None:
    """Do what the command line says."""
    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    with tempfile.TemporaryDirectory() as above:
        directory = Path(above) / "records"
        drawn.write(directory, drawn.Workload(count, 50))
        objects = {f"records/{file.name}": file.read_bytes() for file in directory.iterdir()}
    asyncio.run(serve(Bucket(objects, seconds)))


if __name__ == "__main__":
    main()
