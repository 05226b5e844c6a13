"""Where numbers lie on the axes of panels, and what is written there."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from researcher.arrays import Array
from researcher.params import number_label

_DAY = 86_400
_TIMES = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    _DAY,
    2 * _DAY,
    7 * _DAY,
)


@dataclass(frozen=True)
class Scale:
    """Where numbers lie on an axis.

    Attributes:
        log: whether it is logarithmic: a number lies at the power of ten that it is.
        clock: whether the numbers are seconds since 1970, which are written as local time.
        origin: the number that lies at 0 on an axis that is not logarithmic. Seconds since 1970 are so many that a
            page could not tell those of one day apart.
    """

    log: bool = False
    clock: bool = False
    origin: float = 0.0

    def places(self, numbers: Array) -> Array:
        """Where the numbers lie; NaN where a logarithmic axis has no place for them."""
        if not self.log:
            return numbers - self.origin if self.origin else numbers
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(numbers > 0, np.log10(numbers), np.nan)

    def ends(self, numbers: Iterable[float]) -> tuple[float, ...]:
        """The places of both ends of a range; nothing for no range, or where one of them has no place."""
        found = self.places(np.array([*numbers], dtype=float))
        return tuple(found.tolist()) if np.isfinite(found).all() else ()

    def number(self, place: float) -> float:
        """The number that lies at a place."""
        return float(10.0**place) if self.log else place + self.origin

    def ticks(self, low: float, high: float) -> dict[float, str]:
        """Round places between two others, and what is written there."""
        if self.log:
            return _powers(low, high)
        if self.clock:
            return _hours(low, high, self.origin)
        places = rounded(low, high)
        labels = [number_label(place) for place in places]
        if len(set(labels)) < len(labels):  # far from zero, where four digits do not tell them apart
            labels = [f"{place:.12g}" for place in places]
        return dict(zip(places, labels, strict=True))


def clock_from(first: float) -> Scale:
    """The axis of seconds since 1970 whose origin is the midnight before the first of them, in local time."""
    day = datetime.datetime.fromtimestamp(first).replace(hour=0, minute=0, second=0, microsecond=0)
    return Scale(clock=True, origin=day.timestamp())


def rounded(low: float, high: float) -> list[float]:
    """Two to seven round numbers between the limits: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(np.log(s / rough)))
    return [float(f"{i * step:.12g}") for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _powers(low: float, high: float) -> dict[float, str]:
    """Whole powers of ten; between few of them 2 and 5 times them too, and round numbers in between fewer still."""
    every = max(1, round((high - low) / 4))
    whole = range(int(np.ceil(low)), int(np.floor(high)) + 1)
    if len(whole) >= 3:
        return {float(p): number_label(10.0**p) for p in whole if p % every == 0}
    factors = [f * 10.0**p for p in range(int(np.floor(low)), int(np.ceil(high)) + 1) for f in (1, 2, 5)]
    found = [number for number in factors if low <= np.log10(number) <= high]
    if len(found) < 2:
        found = [number for number in rounded(10.0**low, 10.0**high) if number > 0]
    return {float(np.log10(number)): number_label(number) for number in found}


def _hours(low: float, high: float, midnight: float) -> dict[float, str]:
    step = next((s for s in _TIMES if (high - low) / s <= 5), _DAY * max(1, round((high - low) / _DAY / 5)))
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < _DAY else "%d %b"
    places = [float(i * step) for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
    if len(places) < 2:
        places, form = rounded(low, high), "%H:%M:%S.%f"
        places = places[::2] if len(places) > 3 else places  # there is room for two or three so long
    return {p: datetime.datetime.fromtimestamp(midnight + p).strftime(form)[:12] for p in places}
