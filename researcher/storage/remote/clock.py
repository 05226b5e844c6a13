"""What time it is on a store, whose clock is that of its files."""

from __future__ import annotations

import contextlib
import functools
import time
from email.utils import parsedate_to_datetime

from researcher.places import Address
from researcher.storage.remote.answers import asked
from researcher.storage.remote.systems import is_gcs, is_s3

_PERIOD = 600.0  # seconds for which the difference between two clocks is believed


def now(address: Address) -> float:
    """The time by the clock of the store where it tells, else by ours, in seconds since 1970."""
    if not (is_s3(address) or is_gcs(address)):
        return time.time()
    bucket = Address(f"{address.scheme}://{address.bucket}")
    return time.time() + _ahead(bucket, int(time.monotonic() / _PERIOD))


@functools.lru_cache(maxsize=64)
def _ahead(bucket: Address, period: int) -> float:  # noqa: ARG001 - the period lets it be asked again
    """By how many seconds the clock of the store is ahead of ours."""
    with contextlib.suppress(OSError, KeyError, ValueError, TypeError):
        ahead = parsedate_to_datetime(_date(bucket)).timestamp() - time.time()
        return ahead if abs(ahead) > 2.0 else 0.0  # it tells whole seconds
    return 0.0


def _date(bucket: Address) -> str:
    """The date that stands above an answer about a bucket."""
    with asked(bucket) as (store, path):
        if is_s3(bucket):
            return str(store.call_s3("head_bucket", Bucket=path)["ResponseMetadata"]["HTTPHeaders"]["date"])
        headers, _ = store.call("GET", "b/{}/o", path, maxResults=1, fields="kind")
        return str(headers["Date"])
