"""A space as an Optuna study knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable, SpaceError
from researcher.params import ABSENT, Path, digest, looked_up, value_key
from researcher.plain import place, plain
from researcher.sweeps.distributions import Choice, Integers, Uniform
from researcher.sweeps.spaces import Space

_SCALARS = (str, int, float, bool, type(None))


class Choices:
    """What a study chooses from: its distributions by name, and the way from what it chose to params and back.

    Attributes:
        distributions: of Optuna, by the dotted name of the param.
    """

    def __init__(self, space: Space) -> None:
        """Translate a space.

        Raises:
            SpaceError: it holds a distribution that Optuna does not know.
        """
        self._space = space
        self._listed: dict[str, list[Any]] = {}  # of what is chosen by its place in a list
        self._paths = {".".join(map(str, path)): path for path in (*space.grid, *space.drawn)}
        self.distributions = {name: self._translated(name, path) for name, path in self._paths.items()}

    def params(self, chosen: Mapping[str, Any], seed: int | None) -> dict[str, Any]:
        """The params for what a trial chose."""
        values = {path: self._value(name, chosen[name]) for name, path in self._paths.items()}
        return self._space.params(values, seed)

    def chosen(self, params: Mapping[str, Any], seed: int | None) -> dict[str, Any] | None:
        """What a trial chose that gave these params; None if none can have."""
        found: dict[str, Any] = {}
        for name, path in self._paths.items():
            value = looked_up(params, path)
            if value is ABSENT:
                return None
            if name in self._listed:
                keys = [value_key(plain(one, name)) for one in self._listed[name]]
                if value_key(value) not in keys:
                    return None
                value = keys.index(value_key(value))
            found[name] = value
        try:
            same = digest(self.params(found, seed)) == digest(params)
        except (NotRecordable, LookupError, TypeError, ValueError):  # a function of the others does not fit these
            return None
        return found if same and self._contains(found) else None

    def _contains(self, chosen: Mapping[str, Any]) -> bool:
        from optuna.trial import TrialState, create_trial

        try:
            create_trial(state=TrialState.FAIL, params=dict(chosen), distributions=self.distributions)
        except ValueError:
            return False
        return True

    def _value(self, name: str, chosen: Any) -> Any:
        return self._listed[name][chosen] if name in self._listed else chosen

    def _translated(self, name: str, path: Path) -> Any:
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        drawn = self._space.drawn.get(path)
        if isinstance(drawn, Uniform):
            return FloatDistribution(drawn.low, drawn.high, log=drawn.log)
        if isinstance(drawn, Integers):
            return IntDistribution(drawn.low, drawn.high)
        if drawn is not None and not isinstance(drawn, Choice):
            raise SpaceError(
                f"{place(('space', *path))} is a distribution that Optuna does not know. Use rs.uniform, "
                "rs.log_uniform, rs.integers or rs.choice, or give a function of the trial as the space"
            )
        values = list(drawn.values if drawn is not None else self._space.grid[path])
        plainly = [plain(value, name) for value in values]
        if not all(type(value) in _SCALARS for value in plainly):
            self._listed[name] = values
            return CategoricalDistribution(range(len(values)))
        return CategoricalDistribution(plainly)
