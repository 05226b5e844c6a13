"""Take credentials out of what is recorded of code, remotes and command lines."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable

GONE = "***"
_SHORTEST = 8  # characters of a value that is taken for a secret because of its name
_NAMED = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|access_?key|private_?key|auth|credentials?|dsn)"
_NAME = re.compile(rf"(?:^|[_\W]){_NAMED}(?:$|[_\W])|(?:KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"  # GitHub, GitLab
    r"|\b(?:sk|pk|rk)-[\w-]{20,}|\bhf_[A-Za-z0-9]{20,}|\bAIza[\w-]{30,}|\bxox[a-z]-[\w-]{10,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*",  # JSON web tokens
    re.DOTALL,
)
_USER = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/@'\"<>]{1,2000}@", re.IGNORECASE)  # bounds keep it linear
_IN_QUERY = re.compile(r"([?&][\w-]*(?:token|key|sig|signature|secret|password)=)[^&\s'\"]+", re.IGNORECASE)
_ASSIGNED = re.compile(
    rf"(?P<before>\b(?:\w*_)?{_NAMED}\b[\"']?\s*[:=]\s*(?P<quote>[\"']))(?![<\[])[^\"'\n]{{{_SHORTEST},}}(?P=quote)",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """The text without what looks like a credential.

    That are users and passwords in URLs, keys of well-known forms, what is assigned to a name such as ``api_key``, and
    the values of this process's environment variables whose names speak of a secret.

    >>> redacted("https://me:secret@example.org/x?token=abc")
    'https://example.org/x?token=***'
    >>> redacted("db_password = 'correct horse'; key = 'lr'; eos_token = '<|endoftext|>'")
    "db_password = '***'; key = 'lr'; eos_token = '<|endoftext|>'"
    """
    return _without(text, _secrets())


@functools.lru_cache(maxsize=256)  # a sweep records one source with each experiment
def _without(text: str, secrets: tuple[str, ...]) -> str:
    for value in secrets:
        text = text.replace(value, GONE)
    text = _USER.sub(r"\1", _SHAPES.sub(GONE, text))
    return _ASSIGNED.sub(rf"\g<before>{GONE}\g<quote>", _IN_QUERY.sub(rf"\1{GONE}", text))


def redacted_arguments(arguments: Iterable[str]) -> list[str]:
    """A command line without what looks like a credential; see `redacted`.

    >>> redacted_arguments(["train.py", "--lr", "0.1", "--api-key", "abc", "--db-password=abc", "TOKEN=abc"])
    ['train.py', '--lr', '0.1', '--api-key', '***', '--db-password=***', 'TOKEN=***']
    """
    found: list[str] = []
    hidden = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if hidden and not argument.startswith("-"):
            found.append(GONE)
        elif equals and _speaks_of_a_secret(name):
            found.append(f"{name}={GONE}")
        else:
            found.append(redacted(argument))
        hidden = not equals and argument.startswith("-") and _speaks_of_a_secret(argument)
    return found


@functools.lru_cache(maxsize=1024)
def _speaks_of_a_secret(name: str) -> bool:
    return _NAME.search(name.replace("-", "_")) is not None


def _secrets() -> tuple[str, ...]:
    """Values of environment variables that are secrets by their names, the longest first: one may hold another."""
    values = {os.environ.get(name, "") for name in os.environ if _speaks_of_a_secret(name)}
    found = [value for value in values if len(value) >= _SHORTEST and not os.path.isabs(value)]  # noqa: PTH117
    return tuple(sorted(found, key=len, reverse=True))
