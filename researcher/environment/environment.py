"""What was around when an experiment ran: machine, packages, code, where it began."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from researcher.environment import entry, packages
from researcher.environment.code_version import CodeVersion, code_version
from researcher.environment.machine import machine
from researcher.environment.redaction import redacted_arguments
from researcher.places import Place, place
from researcher.storage import texts

SWITCH = "RESEARCHER_ENVIRONMENT"
_LONGEST = 500  # characters of an argument


def record_environment(wanted: bool = True) -> None:
    """Record from now on what is around, or do not: in this process, and in those that it starts.

    The same as the environment variable ``RESEARCHER_ENVIRONMENT=off``.

    >>> record_environment(False)
    >>> environment("records/")
    {}
    >>> record_environment()
    """
    os.environ[SWITCH] = "on" if wanted else "off"


def environment(records: str | os.PathLike[str], function: Callable[..., Any] | None = None) -> dict[str, Any]:
    """What is around, as a record has it; empty if that is not wanted.

    Most of it is found out once a process, and only what was imported meanwhile is looked at again. There is nothing
    of the process's environment variables in it, and nothing that looks like a credential.

    Args:
        records: the records directory, under which the patch and the script are kept, once for all records.
        function: what is run, if it is known.
    """
    if os.environ.get(SWITCH, "").casefold() in ("off", "0", "false", "no"):
        return {}
    try:
        return _environment(place(records), function)
    except Exception as error:  # noqa: BLE001 - whatever is odd about a machine must not cost the record
        return {"trouble": f"{type(error).__name__}: {error}"}


def in_this_process(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same for what was begun where it was found, and runs here: with this machine, and what is imported here."""
    return {**found, **machine(), "packages": packages.versions()} if "packages" in found else {**found}


def brought_up_to_date(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same with what was imported meanwhile; None if that is nothing."""
    if "packages" not in found:
        return None
    try:
        versions = packages.versions()
    except Exception:  # noqa: BLE001 - as above; a training that ends is not the time to speak of it
        return None
    return None if versions == found["packages"] else {**found, "packages": versions}


def _environment(records: Place, function: Callable[..., Any] | None) -> dict[str, Any]:
    directory = entry.directory(function)
    version = None if directory is None else code_version(directory)
    began = entry.described(function)
    if "script" in began:
        began["text"] = _kept(records, _script_text(), ".py")
    for name in ("file", "script"):
        if name in began:
            began[name] = _within(began[name], version)
    return {
        **machine(),
        "packages": packages.versions(),
        **({} if version is None else {"code": _code(version, records)}),
        "entry": began,
        "command": _command(),
        "directory": _directory(),
    }


def _code(version: CodeVersion, records: Place) -> dict[str, Any]:
    found: dict[str, Any] = {"commit": version.commit, "branch": version.branch, "remote": version.remote}
    if version.changed is not None:
        found["changed"] = version.changed
    if version.patch:
        found["patch"] = _kept(records, version.patch, ".patch")
    if version.cut:
        found["patch_cut"] = True
    return {name: value for name, value in found.items() if value != ""}


def _kept(records: Place, text: str | None, ending: str) -> str | None:
    """The name of the file that holds the text; None if it cannot be kept."""
    try:
        return None if text is None else texts.keep(records, text, ending)
    except (OSError, ValueError):
        return None


def _within(file: str, version: CodeVersion | None) -> str:
    """The path within the repository, if it is in one."""
    if version is not None and version.root is not None and Path(file).is_relative_to(version.root):
        return Path(file).relative_to(version.root).as_posix()
    return file


@functools.cache
def _script_text() -> str | None:
    return entry.script_text()


@functools.cache
def _command() -> list[str]:
    return [part if len(part) <= _LONGEST else f"{part[:_LONGEST]}…" for part in redacted_arguments(sys.orig_argv)]


def _directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - as a record has it
    except OSError:
        return None
