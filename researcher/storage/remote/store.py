"""What is asked of a store, and what it is not: to list, to read many at once, to create without replacing."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import random
import re
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from researcher.errors import BadAddress, MissingExtra
from researcher.places import Address

CREATES = ("memory", "s3", "s3a", "gs", "gcs")
"""The stores that are known to create a file only if there is none of its name, which two writers at once rely on."""
_AT_ONCE = 64  # requests; more do not make it quicker
_TRIES = 5
_LONGEST = 30.0  # seconds to try a change that others get in the way of
_CLOCK = 600.0  # seconds for which the difference between two clocks is believed
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
_UNCHANGED = ("ETag", "etag", "md5Hash", "generation", "checksum")
_CHANGED = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")
_SECRET = re.compile(r"(?<=//)[^/@\s]*:[^/@\s]*@|(?<=\?)\S+")
_memory = threading.RLock()  # this store looks and then writes, with nothing to keep threads apart
_closed = False


class File(NamedTuple):
    """A file as a listing tells of it.

    Attributes:
        identity: mode, size, a number that stands for its content, and when it was changed, in nanoseconds.
        is_directory: whether it holds others.
    """

    identity: tuple[int, int, int, int]
    is_directory: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return self.identity[1]

    @property
    def changed_at(self) -> float:
        """When it was written, by the clock of the store, in seconds since 1970; 0 where it does not say."""
        return self.identity[3] / 1e9


def close() -> None:
    """Ask for nothing any more, as the process ends and the threads are gone that this needs."""
    global _closed
    _closed = True


def check(address: Address, *, writes: bool = False) -> None:
    """See that an address is of a kind that can be used here; nothing is looked at there.

    Raises:
        BadAddress: there is no such kind of store, or it is to be written to and cannot create without replacing.
        MissingExtra: the package that knows it is not installed.
    """
    _kind_of(address)
    if writes and address.scheme not in CREATES:
        raise BadAddress(
            f"{address.scheme}:// is not known to create files without replacing others, so nothing is recorded there; "
            f"these are: {', '.join(CREATES)}"
        )


def listed(directory: Address) -> dict[str, File]:
    """What lies in a directory, by name.

    Raises:
        FileNotFoundError: nothing lies there.
        NotADirectoryError: it is a file.
        OSError: the store does not answer, or forbids it.
    """
    with _asked(directory) as (store, path):
        store.invalidate_cache(path)
        found = store.ls(path, detail=True)
    own = [info for info in found if info["name"].rstrip("/").lstrip("/") == path.lstrip("/")]
    if own and own[0].get("size") and own[0]["type"] == "file":
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))
    return {info["name"].rstrip("/").rpartition("/")[2]: _file(info) for info in found if info not in own}


def read(files: Sequence[Address], starts: Sequence[int] | None = None) -> list[bytes | OSError]:
    """What is in files of one store, or why it cannot be read, in the same order; many are read at once.

    Args:
        files: in one store.
        starts: the first byte to read, for each.
    """
    if not files:
        return []
    with _asked(files[0]) as (store, _):
        paths = [store._strip_protocol(str(file)) for file in files]
        found = store.cat_ranges(paths, list(starts or [0] * len(paths)), [None] * len(paths), on_error="return")
    return [_bytes_of(content, file) for content, file in zip(found, files, strict=True)]


def content_of(file: Address) -> bytes:
    """What is in a file.

    Raises:
        OSError: it cannot be read.
    """
    (found,) = read([file])
    if isinstance(found, OSError):
        raise found
    return found


def is_there(file: Address) -> bool:
    """Whether there is such a file.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    with _asked(file) as (store, path):
        store.invalidate_cache(store._parent(path))
        return bool(store.exists(path))


def create(file: Address, content: bytes) -> bool:
    """Write a file that is not there yet, whole or not at all.

    Returns:
        Whether it was free and is the file now.

    Raises:
        OSError: it could not be written.
    """
    for number in range(_TRIES):
        with contextlib.suppress(FileExistsError), _alone(file), _asked(file) as (store, path):
            store.pipe_file(path, content, mode="create")
            return True
        found = read([file])[0]
        if not isinstance(found, FileNotFoundError):
            return found == content  # a second try of the store's own client finds what the first has written
        time.sleep(0.05 * 2**number)  # refused, as another request for it was under way, which has failed
    return False


def write(file: Address, content: bytes) -> None:
    """Write a file, in the place of that which is there.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    with _asked(file) as (store, path):
        store.pipe_file(path, content)


def change(file: Address, changed: Callable[[bytes], bytes]) -> None:
    """Replace the content of a file by what ``changed`` makes of it; on S3 nobody else's change is lost by that.

    Raises:
        OSError: it could not be read or written.
    """
    if file.scheme not in ("s3", "s3a"):
        with _alone(file):
            write(file, changed(content_of(file)))
        return
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        with _asked(file) as (store, path):
            tag, content = store.info(path)["ETag"], store.cat_file(path, start=0)
        new = changed(content)
        with _asked(file) as (store, path):
            try:
                store.pipe_file(path, new, IfMatch=tag)
            except OSError as error:
                if "PreconditionFailed" not in str(error.__cause__):
                    raise
            else:
                return
        time.sleep(random.uniform(0.0, 0.2))  # noqa: S311 - so that those who are refused do not come back together
    raise OSError(errno.EBUSY, "others change it all the time")


def remove(files: Iterable[Address]) -> None:
    """Take files away; those that are gone already are gone.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    for file in files:
        with contextlib.suppress(FileNotFoundError), _asked(file) as (store, path):
            store.rm_file(path)


def now(address: Address) -> float:
    """The time by the clock of the store where it tells, else by ours, in seconds since 1970."""
    return time.time() + _ahead(address.scheme, address.parts[1] if len(address.parts) > 1 else "", _period())


def _alone(file: Address) -> contextlib.AbstractContextManager[object]:
    return _memory if file.scheme == "memory" else contextlib.nullcontext()


def _period() -> int:
    return int(time.monotonic() / _CLOCK)


@functools.lru_cache(maxsize=64)
def _ahead(scheme: str, bucket: str, period: int) -> float:  # noqa: ARG001 - the period lets it be asked again
    """By how many seconds the clock of the store is ahead of ours."""
    if scheme not in ("s3", "s3a"):
        return 0.0
    with contextlib.suppress(OSError, KeyError, ValueError, TypeError):
        with _asked(Address(f"{scheme}://{bucket}")) as (store, _):
            answer = store.call_s3("head_bucket", Bucket=bucket)
        told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
        ahead = told - time.time()
        return ahead if abs(ahead) > 2.0 else 0.0  # it tells whole seconds
    return 0.0


def _file(info: dict[str, Any]) -> File:
    is_directory = info["type"] == "directory"
    tag = next((str(info[key]) for key in _UNCHANGED if info.get(key)), "")
    number = int.from_bytes(hashlib.blake2b(tag.encode(), digest_size=7).digest()) if tag else 0
    when = next((at for key in _CHANGED if (at := _seconds(info.get(key)))), 0.0)
    mode = stat.S_IFDIR if is_directory else stat.S_IFREG
    return File((mode, int(info.get("size") or 0), number, int(when * 1e9)), is_directory)


def _seconds(when: object) -> float:
    """A time as the file systems of fsspec tell it: as a datetime, a number, or text."""
    if isinstance(when, str):
        with contextlib.suppress(ValueError):
            when = datetime.fromisoformat(when)
    if isinstance(when, datetime):
        return when.timestamp()
    return float(when) if isinstance(when, (int, float)) else 0.0


def _bytes_of(content: object, file: Address) -> bytes | OSError:
    if isinstance(content, bytes):
        return content
    if isinstance(content, Exception):
        if getattr(content, "args", ()) and "InvalidRange" in str(content.__cause__ or content):
            return b""  # nothing lies behind the first byte to read
        return _told(content, file)
    return bytes(content)  # type: ignore[call-overload, no-any-return]  # a buffer


@contextlib.contextmanager
def _asked(address: Address) -> Iterator[tuple[Any, str]]:
    """The file system of an address and the path in it; whatever it raises is an OSError that says what it means."""
    if _closed:
        raise OSError(errno.ESHUTDOWN, "the process ends, and nothing can be sent any more")
    store = _file_system(address)
    try:
        yield store, store._strip_protocol(str(address))
    except Exception as error:
        raise _told(error, address) from error


def _told(error: Exception, address: Address) -> OSError:
    said = _SECRET.sub("…", str(error)) or type(error).__name__
    if isinstance(error, FileExistsError):
        return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(address))
    if "NoSuchBucket" in f"{error.__cause__} {said}" or "bucket does not exist" in said:
        bucket = address.parts[1] if len(address.parts) > 1 else ""
        return FileNotFoundError(errno.ENOENT, f"there is no bucket {bucket!r}; make it first, or correct the URL")
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(address))
    if isinstance(error, PermissionError):
        return PermissionError(
            errno.EACCES,
            f"the store does not allow it ({said}). See that the credentials in use are the right ones (for S3: "
            "AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws) and may list, read, write and delete there",
        )
    kind = type(error).__name__
    if "Credentials" in kind or "Token" in kind:
        return PermissionError(
            errno.EACCES,
            f"no valid credentials were found ({said}). They are taken from where fsspec and the tools of the store "
            "take them (for S3: AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws)",
        )
    if isinstance(error, TimeoutError) or any(word in kind for word in ("Timeout", "Connect", "Endpoint")):
        return TimeoutError(
            errno.ETIMEDOUT,
            f"the store does not answer ({kind}: {said}). See whether the network is there and the endpoint the right "
            "one (for S3: AWS_ENDPOINT_URL)",
        )
    if isinstance(error, OSError) and error.strerror:
        return type(error)(error.errno, _SECRET.sub("…", error.strerror))
    return OSError(errno.EIO, said if isinstance(error, OSError) else f"{kind}: {said}")


def _file_system(address: Address) -> Any:
    kind, configured = _kind_of(address)
    return kind(**_options(address.scheme, configured), **kind._get_kwargs_from_urls(str(address)))


def _kind_of(address: Address) -> tuple[Any, dict[str, Any]]:
    """The class of the file system of an address, and what the user configured for all of them."""
    scheme = address.scheme
    try:
        import fsspec
    except ImportError:
        raise MissingExtra(_EXTRAS.get(scheme, "remote"), f"records at {address} need fsspec") from None
    try:
        return fsspec.get_filesystem_class(scheme), fsspec.config.conf
    except ImportError as error:
        if scheme in _EXTRAS:
            raise MissingExtra(_EXTRAS[scheme], f"records at {address} need a package that knows {scheme}://") from None
        raise BadAddress(f"{address} cannot be used: {error}") from None
    except ValueError as error:
        known = "s3://bucket/records, gs://bucket/records, memory://records"
        raise BadAddress(f"{address} cannot be used: {error}. It may be a URL such as {known}, or a path") from None


def _options(scheme: str, configured: dict[str, Any]) -> dict[str, Any]:
    """What we need otherwise than it usually is; what the user configured stays."""
    if scheme not in _EXTRAS:
        return {}
    options: dict[str, Any] = {"use_listings_cache": False}
    if _EXTRAS[scheme] == "s3":
        own = configured.get("s3", {}).get("config_kwargs", {})
        options["config_kwargs"] = {"max_pool_connections": _AT_ONCE, **own}
    return options
