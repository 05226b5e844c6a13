"""Where records lie: in a directory of this machine, or elsewhere under a URL."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from researcher.errors import BadAddress

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)", re.IGNORECASE | re.DOTALL)  # one letter is a drive of Windows
_HERE = ("file", "local")


class Address(PurePosixPath):
    """The URL of a directory or file elsewhere, with the parts of a path: ``name``, ``stem``, ``parent``, ``/``.

    ``str(address)`` is the URL, which fsspec, pandas and others open. It never holds a password.

    >>> file = Address("s3://bucket/records") / "relu.json"
    >>> str(file), file.stem, str(file.parent), file.scheme
    ('s3://bucket/records/relu.json', 'relu', 's3://bucket/records', 's3')
    """

    def __str__(self) -> str:
        scheme, _, rest = super().__str__().partition(":")
        return f"{scheme}://{rest.lstrip('/')}"

    @property
    def scheme(self) -> str:
        """What stands before the ``://``."""
        return str(self).partition(":")[0]

    @property
    def bucket(self) -> str:
        """What stands next."""
        return self.parts[1] if len(self.parts) > 1 else ""

    def absolute(self) -> Address:
        """The address itself, as each of them is."""
        return self


Place = Path | Address


def place(records: str | os.PathLike[str]) -> Place:
    """The directory or file that a path or a URL names, ``~/`` being the home directory; nothing is looked at.

    >>> place("records/"), place("file:///tmp/records"), place("s3://bucket/records/")
    (PosixPath('records'), PosixPath('/tmp/records'), Address('s3://bucket/records'))

    Raises:
        BadAddress: it is a URL that holds a password or a query, or a URL in a `pathlib.Path`.
        TypeError: it is neither text nor a path.
    """
    if isinstance(records, Address):
        return records
    text = os.fspath(records)
    if text.startswith("~/"):
        return Path(text).expanduser()
    if ":" not in text:
        return records if isinstance(records, Path) else Path(text)
    url = _URL.fullmatch(text.rpartition("::")[2])
    if url is None:
        return _checked(Path(text))
    scheme, rest = url[1].lower(), url[2]
    if scheme in _HERE:
        return Path(rest)
    host = rest.partition("/")[0]
    login, at, host = host.rpartition("@")
    if ":" in login:
        raise BadAddress(
            f"the URL {scheme}://…{at}{host} holds a password, which must not get into records and notebooks. "
            "Leave it out; credentials are taken from where fsspec and the tools of the store take them."
        )
    if "?" in rest or "::" in text:
        raise BadAddress(
            f"the URL {scheme}://{host} with a {'query' if '?' in rest else '::'} cannot name a records directory; "
            "leave that out, and set options in the configuration of fsspec"
        )
    return Address(f"{scheme}://{rest}")


def _checked(path: Path) -> Path:
    """A path, unless it is what became of a URL in a `pathlib.Path`."""
    first = path.parts[0] if path.parts else ""
    if first.endswith(":") and len(first) > 2 and not Path(first).exists():
        raise BadAddress(f"a pathlib.Path cannot hold a URL, and made {str(path)!r} of it; pass the URL as text")
    return path
