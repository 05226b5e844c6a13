"""The file systems of fsspec: which can be used, and how they are set up."""

from __future__ import annotations

import contextlib
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from researcher.errors import BadAddress, MissingExtra
from researcher.places import Address

CREATES = ("memory", "s3", "s3a", "gs", "gcs")
"""The stores that are known to create a file only if there is none of its name, which two writers at once rely on."""
_AT_ONCE = 64  # requests; more do not make it quicker
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}


def is_s3(address: Address) -> bool:
    """Whether it is on S3, or on what speaks like it."""
    return _EXTRAS.get(address.scheme) == "s3"


def is_gcs(address: Address) -> bool:
    """Whether it is on Google Cloud Storage."""
    return _EXTRAS.get(address.scheme) == "gcs"


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


def file_system(address: Address) -> Any:
    """The file system that an address is in.

    Raises:
        BadAddress: there is no such kind of store.
        MissingExtra: the package that knows it is not installed.
        Exception: whatever the package says of what the user configured.
    """
    kind, configured = _kind_of(address)
    found = kind(**_options(address, configured), **kind._get_kwargs_from_urls(str(address)))
    if is_s3(address) and found.session is None:
        found.session = _session(found.kwargs)
    return found


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
            needed = f"records at {address} need a package that knows {scheme}:// ({error.__cause__ or error})"
            raise MissingExtra(_EXTRAS[scheme], needed) from None
        raise BadAddress(f"{address} cannot be used: {error}") from None
    except ValueError as error:
        known = "s3://bucket/records, gs://bucket/records, memory://records"
        raise BadAddress(f"{address} cannot be used: {error}. It may be a URL such as {known}, or a path") from None


def _options(address: Address, configured: dict[str, Any]) -> dict[str, Any]:
    """What we need otherwise than it usually is; what the user configured stays."""
    if address.scheme not in _EXTRAS:
        return {}
    options: dict[str, Any] = {"use_listings_cache": False}
    if is_s3(address):
        own = configured.get("s3", {}).get("config_kwargs", {})
        options["config_kwargs"] = {"max_pool_connections": _AT_ONCE, **own}
    return options


def _session(options: dict[str, Any]) -> Any:
    """As s3fs makes it, but quick to read times, which otherwise is half the work of a listing."""
    from aiobotocore.session import AioSession

    session = AioSession(**options)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=time_of)
    return session


def time_of(text: Any) -> datetime:
    """A time as S3 writes it in listings and in headers, or as any other service of AWS does."""
    if isinstance(text, str):
        with contextlib.suppress(ValueError):
            if text[10:11] == "T":
                return datetime.fromisoformat(text)
            if text[3:4] == ",":
                return parsedate_to_datetime(text)
    from botocore.utils import parse_timestamp

    return parse_timestamp(text)  # type: ignore[no-any-return]
