"""The divider between the table and what is beside it."""

from __future__ import annotations

import pytest
import traitlets as t
from choosable import opened
from parts import say

import researcher as rs
from researcher.widgets.divider import DividerView
from researcher.widgets.viewing import apply_view, view_of


def test_where_it_stands_is_kept_in_the_view() -> None:
    state = opened()
    view = DividerView(state)
    assert (view.divider.split, view_of(state)) == (0.46, {})
    say(view.divider, verb="split", part=0.7)
    assert (state.split, view.divider.split, view_of(state)) == (0.7, 0.7, {"split": 0.7})
    apply_view(state, {})
    assert view.divider.split == 0.46
    view.close()


def test_the_explorer_has_it_and_refuses_what_leaves_no_room() -> None:
    explorer = rs.Explorer([], split=0.3)
    assert (explorer.split, explorer.state.split, explorer.view) == (0.3, 0.3, {"split": 0.3})
    with pytest.raises(t.TraitError, match="split"):
        explorer.split = 0.9
    assert explorer.state.split == 0.3
    explorer.close()
