"""What a name that nothing has may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from researcher.params import Path
from researcher.query import quoted
from researcher.reserved import OWN
from researcher.summary_names import OFFERED


def near_misses(name: str, known: Iterable[str]) -> str:
    """What to put behind a sentence on the name: those that are nearly the same; empty if there are none.

    >>> near_misses("learning_rte", ["learning_rate", "depth"]), near_misses("depth", ["lr"])
    ('; did you mean learning_rate?', '')
    """
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(name, [*known])
    return f"; did you mean {' or '.join(near)}?" if near else ""


def unknown_name(path: Path, params: Iterable[str], observed: Collection[str]) -> str:
    """A sentence on a name in a query that no experiment has.

    Args:
        path: the name.
        params: that there are, by dotted name.
        observed: the observations that there are.

    >>> unknown_name(("loss",), ["lr"], ["loss"])
    'loss was observed; say which value of it: final.loss, or min, max, best'
    """
    name = ".".join(path)
    observation = name.removeprefix("observations.")
    if observation in observed:
        return (
            f"{quoted(path)} was observed; say which value of it: {quoted(('final', observation))}, or min, max, best"
        )
    known = {*params, *OWN, *(f"{which}.{one}" for one in observed for which in OFFERED)}
    near = near_misses(name, sorted(known)) or near_misses(observation, observed)
    hint = near or f'; if it is a text, write "{name}"'
    return f"no experiment has {quoted(path)}, so nothing is known of it{hint}"
