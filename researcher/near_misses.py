"""What a name that nothing has may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def near_misses(name: str, known: Iterable[str]) -> str:
    """What to put behind a sentence on the name: those that are nearly the same; empty if there are none.

    >>> near_misses("learning_rte", ["learning_rate", "depth"]), near_misses("depth", ["lr"])
    ('; did you mean learning_rate?', '')
    """
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(name, [*known])
    return f"; did you mean {' or '.join(near)}?" if near else ""
