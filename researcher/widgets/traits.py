"""Traits of the Explorer that hold experiments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t
from traitlets.utils.bunch import Bunch

from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.widgets.choosing import named
from researcher.widgets.shown import frame_of

if TYPE_CHECKING:
    import pandas as pd


class ExperimentsTrait(t.TraitType[Experiments, Any]):
    """Experiments; an `Experiment`, or any iterable of them or of the names of their records, can be set."""

    info_text = "experiments, as all_experiments gives them"

    def make_dynamic_default(self) -> Experiments:
        """No experiments."""
        return Experiments()

    def validate(self, obj: Any, value: Any) -> Experiments:
        """The experiments as the Explorer has loaded them, however often they were read elsewhere."""
        try:
            found = value if isinstance(value, Experiments) else Experiments(_several(value))
        except TypeError:
            self.error(obj, value)
        if value is obj._telling:
            return found  # as the state has them
        slots = [slot for slot in found.slots if found.shelf is None or not isinstance(slot, int)]  # others are rows
        if not isinstance(value, str) and any(isinstance(slot, str) for slot in slots):
            found = _by_name(obj, found)
        elif not all(isinstance(slot, Experiment) for slot in slots):
            self.error(obj, value)
        loaded = obj.state.loaded_ones(found)
        if len(loaded) < len(found) and (missing := {e.name for e in found} - {e.name for e in loaded}):
            raise t.TraitError(f"{', '.join(sorted(missing))}: not among the experiments that this Explorer has loaded")
        return Experiments(loaded, found.damaged)


class ExperimentTrait(t.TraitType[Experiment | None, Any]):
    """One experiment, or None; an `Experiment`, or the name of its record, can be set."""

    info_text = "an experiment, or None"
    default_value = None

    def validate(self, obj: Any, value: Any) -> Experiment | None:
        """The experiment as the Explorer has loaded it."""
        if value is None:
            return None
        if not isinstance(value, (str, Experiment)):
            self.error(obj, value)
        return ExperimentsTrait().validate(obj, [value])[0]


def _several(value: Any) -> Any:
    """One experiment as a list of one."""
    return [value] if isinstance(value, Experiment) else value


def _by_name(obj: Any, given: Iterable[Any]) -> Experiments:
    """The loaded experiments in place of the names of their records.

    Raises:
        TraitError: no experiment that is loaded has one of the names.
    """
    there, every = named(obj.state), obj.state.experiments
    found = [every[there[item]] if isinstance(item, str) and item in there else item for item in given]
    if unknown := [item for item in found if isinstance(item, str)]:
        raise t.TraitError(f"{', '.join(unknown)}: not among the experiments that this Explorer has loaded")
    return Experiments(found)


class Frame(t.TraitType[Any, Any]):
    """The table as a pandas DataFrame, made when it is read.

    What is set is a part of such a frame: the experiments that its index names become the visible ones.
    """

    info_text = "a pandas DataFrame whose index names experiments"

    def get(self, obj: Any, cls: Any = None) -> pd.DataFrame | None:  # noqa: ARG002
        """The table now; see `researcher.widgets.shown.frame_of`."""
        return frame_of(obj.state)

    def set(self, obj: Any, value: Any) -> None:
        """Make the experiments of the frame's index the visible ones."""
        import pandas as pd

        if not isinstance(value, pd.DataFrame):
            self.error(obj, value)
        by_name: dict[object, list[int]] = {}
        for row, name in enumerate(obj.state.data.names):
            by_name.setdefault(name, []).append(row)
        unknown = [name for name in value.index if name not in by_name]
        if unknown:
            raise t.TraitError(f"the frame names the experiment {unknown[0]!r}, which is not loaded")
        obj.visible = obj.state.at(np.array([row for name in value.index.unique() for row in by_name[name]], dtype=int))

    @staticmethod
    def tell(obj: t.HasTraits) -> None:
        """Tell who observes ``frame`` that it changed; it is made only if somebody does."""
        if obj._trait_notifiers.get("frame"):
            frame = obj.frame  # type: ignore[attr-defined]
            obj.notify_change(Bunch(name="frame", old=None, new=frame, owner=obj, type="change"))
