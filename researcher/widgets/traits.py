"""Traits of the Explorer that hold experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t
from traitlets.utils.bunch import Bunch

from researcher.experiment import Experiment
from researcher.experiments import Experiments

if TYPE_CHECKING:
    import pandas as pd


class ExperimentsTrait(t.TraitType[Experiments, Any]):
    """Experiments; any iterable of `Experiment` objects can be set."""

    info_text = "experiments, as all_experiments gives them"

    def make_dynamic_default(self) -> Experiments:
        """No experiments."""
        return Experiments()

    def validate(self, obj: Any, value: Any) -> Experiments:
        """The value as `Experiments`."""
        try:
            found = value if isinstance(value, Experiments) else Experiments(value)
        except TypeError:
            self.error(obj, value)
        if not all(isinstance(item, Experiment) for item in found):
            self.error(obj, value)
        return found


class Frame(t.TraitType[Any, Any]):
    """The visible experiments as a pandas DataFrame, made when it is read.

    What is set is a part of such a frame: the experiments that its index names become the visible ones.
    """

    info_text = "a pandas DataFrame whose index names experiments"

    def get(self, obj: Any, cls: Any = None) -> pd.DataFrame | None:
        """The frame of the visible experiments."""
        return obj.visible.frame()

    def set(self, obj: Any, value: Any) -> None:
        """Make the experiments of the frame's index the visible ones."""
        by_name = {e.name: e for e in obj.state.experiments}
        unknown = [name for name in value.index if name not in by_name]
        if unknown:
            raise t.TraitError(f"the frame names the experiment {unknown[0]!r}, which is not loaded")
        obj.visible = [by_name[name] for name in value.index]

    @staticmethod
    def tell(obj: t.HasTraits) -> None:
        """Tell who observes ``frame`` that it changed; it is made only if somebody does."""
        if obj._trait_notifiers.get("frame"):
            frame = obj.frame  # type: ignore[attr-defined]
            obj.notify_change(Bunch(name="frame", old=None, new=frame, owner=obj, type="change"))
