"""What is written on the axes of panels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from researcher.widgets.scale import Scale

MOMENTS = st.floats(0, 86_400)  # seconds since midnight
SPANS = st.floats(0.02, 1e6)


@given(MOMENTS, SPANS, st.booleans())
def test_there_are_two_ticks_at_least_and_no_two_are_written_alike(low, span, clock):
    ticks = Scale(clock=clock).ticks(low, low + span)
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-6 * span <= place <= low + span + 1e-6 * span for place in ticks)
    assert list(ticks) == sorted(ticks)
    assert len(set(ticks.values())) == len(ticks) or span > 86_400


def test_the_time_of_day_of_a_fraction_of_a_second_is_written_in_full():
    ticks = Scale(clock=True).ticks(50_000.05, 50_000.31)
    assert len(ticks) > 1
    assert all(text.count(":") == 2 and "." in text for text in ticks.values())
