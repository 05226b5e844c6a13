"""Which version of the code it is: what git knows of a directory."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from researcher.environment.redaction import redacted

_PATIENCE = 10.0  # seconds for each question to git
_LONGEST = 1_000_000  # characters of a patch
_SECRET_FILES = [".env*", "*.pem", "*.key", "*.p12", "id_rsa*", "id_ed25519*", ".netrc", ".npmrc", ".pypirc"]
_SECRET_FILES += ["*credential*", "*secret*"]


class CodeVersion(NamedTuple):
    """What git knows.

    Attributes:
        root: the directory that the repository's files lie in; None for a bare repository.
        commit: the commit that is checked out; empty as long as there is none.
        branch: its branch; empty if there is none, as after checking out a commit.
        remote: where ``origin`` is, without user and password; empty if there is none.
        changed: whether files that git keeps were changed since; None if that could not be found out.
        patch: those changes, as ``git apply`` takes them, without files that are for secrets; empty if there are none.
        cut: whether the patch was too long, and only its beginning is there.
    """

    root: Path | None
    commit: str
    branch: str
    remote: str
    changed: bool | None
    patch: str
    cut: bool


@functools.cache
def code_version(directory: Path) -> CodeVersion | None:
    """What git knows of a directory, asked once a process; None if that is no repository, or git is not there."""
    commit = _git(directory, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None:
        return None
    branch = _git(directory, "symbolic-ref", "--quiet", "--short", "HEAD") or ""
    remote = redacted(_git(directory, "config", "--get", "remote.origin.url") or "")
    root = _git(directory, "rev-parse", "--show-toplevel")
    if not root:
        return CodeVersion(None, commit.strip(), branch.strip(), remote.strip(), None, "", False)
    status = _git(directory, "status", "--porcelain", "--untracked-files=no")
    changed = None if status is None else bool(status.strip())
    patch = _patch(root.rstrip("\n")) if changed else ""
    cut = len(patch) > _LONGEST
    patch = redacted(patch[: patch.rfind("\n", 0, _LONGEST) + 1] if cut else patch)
    return CodeVersion(Path(root.rstrip("\n")), commit.strip(), branch.strip(), remote.strip(), changed, patch, cut)


def _patch(root: str) -> str:
    without = [f":(exclude,glob,icase)**/{pattern}" for pattern in _SECRET_FILES]
    return _git(Path(root), "diff", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--", ".", *without) or ""


def _git(directory: Path, *question: str) -> str | None:
    """What git answers, "" where it has nothing to say; None if it is not there, is too slow, or refuses."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-optional-locks", *question]
    try:
        done = subprocess.run(  # noqa: S603 - the questions are ours
            command,
            cwd=directory,
            env={**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
