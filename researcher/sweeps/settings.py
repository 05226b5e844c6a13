"""The settings of a sweep: params to run, and what is recorded of them already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from researcher.errors import SpaceError
from researcher.experiment import Experiment
from researcher.params import digest
from researcher.sweeps.spaces import points_of, space_of

_WORTH = ("interrupted", "failed", "running", "pruned", "finished")  # the later, the more it says of a setting


@dataclass(frozen=True, eq=False)
class Setting:
    """Params to run once, with the seed of the repeat among them.

    Attributes:
        params: as plain values.
        hash: that they are recorded under.
    """

    params: Mapping[str, Any]
    hash: str

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Setting:
        """The setting of plain params."""
        return cls(params, digest(params))


def settings_of(space: object, n: int | None, seeds: Sequence[int | None], seed: int) -> list[Setting]:
    """Every setting of a space, each once: first all params with the first seed, then all with the second.

    Args:
        space: one, or a list of several.
        n: how many samples of what is drawn.
        seeds: of the repeats; None for params without one.
        seed: of the samples.

    Raises:
        SpaceError: the space, or what is asked of it, makes no sense.
        NotRecordable: some params have no place in a record.
    """
    spaces = [*map(space_of, _several(space))]
    if n is not None and not any(one.drawn for one in spaces):
        raise SpaceError(f"n={n}, but nothing in the space is a distribution to draw from; leave n away")
    points = [(one, [*points_of(one, n, seed)]) for one in spaces]
    every = (Setting.of(one.params(point, own)) for own in seeds for one, chosen in points for point in chosen)
    return [*{setting.hash: setting for setting in every}.values()]


def seeds_of(space: object, repeats: int | None, seed: int) -> list[int] | list[None]:
    """The seeds of the repeats, counted on from the first; a single None if params get no seed.

    Raises:
        SpaceError: there is no such number of repeats, or the space has seeds of its own.
    """
    if not isinstance(seed, int) or seed < 0:
        raise SpaceError(f"seed={seed!r}: it is a whole number from 0 on")
    if repeats is None:
        return [None]
    if not isinstance(repeats, int) or repeats < 1:
        raise SpaceError(f"repeats={repeats!r}: it is a whole number from 1 on")
    if any(isinstance(one, Mapping) and "seed" in one for one in _several(space)):
        raise SpaceError('space["seed"] is there, and repeats bring seeds of their own; leave one of them away')
    return [*range(seed, seed + repeats)]


def _several(space: Any) -> Sequence[Any]:
    return space if isinstance(space, Sequence) and not isinstance(space, (str, bytes)) else [space]


def recorded(experiments: Iterable[Experiment]) -> dict[str, Experiment]:
    """By hash, the experiment that says most: a finished one first, then a running one, of equal ones the newest."""
    found: dict[str, Experiment] = {}
    for experiment in experiments:
        full = experiment.hash.zfill(32)  # the 2020 package left leading zeros out
        if full not in found or worth(experiment) >= worth(found[full]):
            found[full] = experiment
    return found


def worth(experiment: Experiment) -> tuple[int, bool]:
    """How much an experiment says of its setting: by how it ended, and an original more than its reproduction."""
    ended = _WORTH.index(experiment.status) if experiment.status in _WORTH else 0
    return ended, "reproduces" not in experiment.ours


def open_settings(settings: Sequence[Setting], known: Mapping[str, Experiment], *, retry_failed: bool) -> list[Setting]:
    """Those that are not finished: first what nobody runs now, then what another process runs."""
    done = {"finished"} if retry_failed else {"finished", "failed"}
    left = [setting for setting in settings if status_of(setting, known) not in done]
    return sorted(left, key=lambda setting: status_of(setting, known) == "running")


def status_of(setting: Setting, known: Mapping[str, Experiment]) -> str:
    """How the setting's experiment ended, or the empty text if there is none."""
    experiment = known.get(setting.hash)
    return "" if experiment is None else experiment.status


def known_outcomes(settings: Iterable[Setting], known: Mapping[str, Experiment]) -> list[Experiment]:
    """The experiments of these settings as far as they are recorded, oldest first."""
    found = {setting.hash: known[setting.hash] for setting in settings if setting.hash in known}
    return sorted(found.values(), key=lambda experiment: (experiment.recorded_at, experiment.name))
