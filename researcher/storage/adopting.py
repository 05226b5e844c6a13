"""Where an experiment lies in another file now than before, it stays the same object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from researcher.experiment import Experiment
from researcher.storage.doubles import Entry, Held, damage_of, keys_of
from researcher.storage.shelf import Shelf
from researcher.storage.whereabouts import same


def adopt(
    before: Mapping[str, Held],
    shown: dict[str, Held],
    changed: Sequence[str],
    journals: dict[str, Entry],
    shelf: Shelf,
) -> list[Experiment]:
    """Let experiments whose files are no longer shown be those of the files that took their place.

    Args:
        before: what was shown, by the names of files.
        shown: what is shown now; it and the next two hold the same objects as before after this.
        changed: the names for which these differ.
        journals: all of them.
        shelf: the records.

    Returns:
        The experiments that lie elsewhere now.
    """
    came = [name for name in changed if name in shown and name not in before]
    left = {
        name: experiment
        for name in (changed if came else ())
        if name not in shown and (experiment := _experiment(before[name], shelf)) is not None
    }
    names_of = {key: name for name, experiment in left.items() for key in keys_of(experiment.ours)}
    moved = []
    for name in came if left else ():
        held = shown[name]
        if isinstance(held, str):
            continue
        ours = shelf.ours(held) if isinstance(held, int) else held.ours
        old = next((names_of[key] for key in keys_of(ours) if key in names_of), None)
        if old is None or not same(left[old].ours, ours):
            continue
        if isinstance(held, int):
            shelf.hand_over(held, left[old])
        elif held.experiment is not None:
            left[old].become(held.experiment)
            shown[name] = journals[name] = held._replace(experiment=left[old])
        if isinstance(was := before[old], int):  # if the file is still there, it is another experiment from now on
            shelf.let_go(was)
        else:
            journals.pop(old, None)
        moved.append(left[old])
    return moved


def _experiment(held: Held, shelf: Shelf) -> Experiment | None:
    """The experiment of a file, whether or not somebody asked for it."""
    return shelf.experiment(held) if isinstance(held, int) else known(held, shelf)


def known(held: Held, shelf: Shelf) -> Experiment | None:
    """The experiment of a file, if it is one that somebody asked for."""
    if isinstance(held, int):
        return shelf.made(held)
    return held.experiment if isinstance(held, Entry) else None


def told(shown: Mapping[str, Held], changed: Iterable[str], shelf: Shelf) -> set[tuple[object, str]]:
    """What these files are to others: experiments by their objects as far as there are any, and damages."""
    there = ((name, shown[name]) for name in changed if name in shown)
    return {(known(held, shelf) or (name, held), damage_of(held)) for name, held in there}
