"""What stores answer instead of what they were asked for, as errors that say what it means and what to do."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from researcher.errors import BadAddress, MissingExtra
from researcher.places import Address
from researcher.storage.remote.systems import file_system, is_gcs, is_s3

_SECRET = re.compile(r"(?<=//)[^/@\s]*:[^/@\s]*@|(?<=\?)\S+")
_closed = False


class Meaning(NamedTuple):
    """What an answer means.

    Attributes:
        kind: the class of the answer,
        words: and what its name, its text, or those of its cause have in them.
        error: what is raised instead.
        number: its ``errno``.
        text: what it says, the answer in it as ``{said}``; if it is empty, what the number says.
    """

    kind: type[Exception]
    words: str
    error: type[OSError]
    number: int
    text: str = ""


_MEANINGS = (
    Meaning(FileExistsError, "", FileExistsError, errno.EEXIST),
    Meaning(Exception, "PreconditionFailed|ConditionalRequestConflict", FileExistsError, errno.EEXIST),
    Meaning(
        FileNotFoundError,
        r"NoSuchBucket|bucket does not exist|\bb/[^/\s]+/o(\s|$)",  # the last is all that gcsfs says
        FileNotFoundError,
        errno.ENOENT,
        "there is no bucket {bucket!r}; make it first, or correct the URL",
    ),
    Meaning(FileNotFoundError, "", FileNotFoundError, errno.ENOENT),
    Meaning(
        Exception,
        "ExpiredToken|TokenRefreshRequired|RefreshError|SSOToken|TokenRetrieval|has expired|invalid_grant",
        PermissionError,
        errno.EACCES,
        "the credentials have expired, or cannot be renewed ({said}). Get new ones{credentials}",
    ),
    Meaning(
        Exception,
        r"NoCred|PartialCred|Credentials\w*Error|ProfileNotFound|InvalidToken|Invalid Credentials|\b401\b",
        PermissionError,
        errno.EACCES,
        "no valid credentials were found ({said}). They are taken from where fsspec and the tools of the store take "
        "them{credentials}",
    ),
    Meaning(
        Exception,
        "^(PermissionError|OSError: Forbidden)",
        PermissionError,
        errno.EACCES,
        "the store does not allow it ({said}). See that the credentials in use are the right ones{credentials} and "
        "may list, read, write and delete there",
    ),
    Meaning(
        Exception,
        "AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraint",
        OSError,
        errno.EINVAL,
        "the bucket lies in another region than the one that was asked ({said}). Name the right one "
        "(AWS_DEFAULT_REGION, or the region in ~/.aws/config)",
    ),
    Meaning(
        Exception,
        r"^\w*(Timeout|Connect|Endpoint|Transport)",
        TimeoutError,
        errno.ETIMEDOUT,
        "the store does not answer ({kind}: {said}). See whether the network is there and the endpoint the right "
        "one{endpoint}",
    ),
)


def close() -> None:
    """Ask for nothing any more, as the process ends and the threads are gone that this needs."""
    global _closed
    _closed = True


@contextlib.contextmanager
def asked(address: Address) -> Iterator[tuple[Any, str]]:
    """The file system of an address and the path in it; whatever it raises is an OSError that says what it means.

    Raises:
        BadAddress: there is no such kind of store.
        MissingExtra: the package that knows it is not installed.
        OSError: the store does not answer, or does not do what it is asked.
    """
    if _closed:
        raise OSError(errno.ESHUTDOWN, "the process ends, and nothing can be sent any more")
    try:
        store = file_system(address)
        yield store, store._strip_protocol(str(address))
    except (BadAddress, MissingExtra):
        raise
    except Exception as error:
        raise told(error, address) from error


def told(error: Exception, address: Address) -> OSError:
    """What a file system raised who was asked for an address, as an error that says what it means and what to do."""
    kind, cause = type(error).__name__, error.__cause__
    said = _SECRET.sub("…", str(error.strerror or error if isinstance(error, OSError) else error)) or kind
    said = said.replace("\n", ": ")
    everything = f"{kind}: {said} {type(cause).__name__}: {cause}"
    for meaning in _MEANINGS:
        if isinstance(error, meaning.kind) and re.search(meaning.words, everything):
            if not meaning.text:
                return meaning.error(meaning.number, os.strerror(meaning.number), str(address))
            text = meaning.text.format(kind=kind, said=said, bucket=address.bucket, **_where(address))
            return meaning.error(meaning.number, text)
    if isinstance(error, OSError):
        return type(error)(error.errno, said) if error.errno else OSError(errno.EIO, said)
    return OSError(errno.EIO, f"{kind}: {said}")


def _where(address: Address) -> dict[str, str]:
    """Where credentials and the endpoint of a kind of store come from."""
    if is_s3(address):
        return {"credentials": " (AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws)", "endpoint": " (AWS_ENDPOINT_URL)"}
    if is_gcs(address):
        login = "GOOGLE_APPLICATION_CREDENTIALS, gcloud auth application-default login"
        return {"credentials": f" ({login})", "endpoint": " (STORAGE_EMULATOR_HOST)"}
    return {"credentials": "", "endpoint": ""}
