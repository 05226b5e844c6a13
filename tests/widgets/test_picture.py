"""The picture of the panels: what is in it, and that it is drawn whatever is shown."""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
import threading
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

import researcher as rs
from researcher.curves.bands import band_of
from researcher.curves.curves import fold_curves_of
from researcher.curves.smoothing import smoothed
from researcher.errors import MissingExtra
from researcher.widgets.drawing import drawing_of
from researcher.widgets.look import BANDS
from researcher.widgets.palette import COLOURS
from researcher.widgets.panels import PanelsView
from researcher.widgets.picture import png_drawn, png_of, svg_of
from researcher.widgets.plates import figure_of
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState


def experiment(i: int = 0, **params: Any) -> rs.Experiment:
    loss = [1 / (step + 1 + i) for step in range(20)]
    folds = [[value * (1 + fold) for value in loss] for fold in range(3)]
    return rs.Experiment({"title": f"run {i}", "i": i, **params, "observations": {"loss": loss, "val": folds}})


def opened(*experiments: rs.Experiment, **chosen: Any) -> ExplorerState:
    state = ExplorerState(source="records/")
    state.load(list(experiments) or [experiment(i, group="ab"[i % 2]) for i in range(4)])
    for name, value in chosen.items():
        setattr(state, name, value)
    return state


def test_it_shows_what_the_panels_show() -> None:
    state = opened()
    (loss, loss_strokes, _), (val, val_strokes, _) = drawing_of(state).panels
    assert (loss, val) == ("loss", "val")
    assert [s.group.label for s in loss_strokes] == ["run 0", "run 1", "run 2", "run 3"]
    assert [s.group.colour for s in loss_strokes] == list(COLOURS[:4])
    assert all(s.band is None for s in loss_strokes)
    band = band_of(fold_curves_of(state.experiments[0], "val"), "std")
    np.testing.assert_array_equal(val_strokes[0].curve.y, band.mean)
    np.testing.assert_array_equal(val_strokes[0].band.high, band.high)  # type: ignore[union-attr]

    state.query = "i > 1"
    assert [s.group.colour for s in drawing_of(state).panels[0][1]] == list(COLOURS[2:4])  # they keep them
    state.band = "none"
    assert len(drawing_of(state).panels[1][1]) == 6
    state.smoothing = 0.5
    stroke = drawing_of(state).panels[0][1][0]
    np.testing.assert_array_equal(stroke.smooth, smoothed(stroke.curve.x, stroke.curve.y, 0.5))
    state.zoom = (3.0, 9.0)
    assert drawing_of(state).x == (3.0, 9.0)
    assert drawing_of(state).panels[0][2] == drawing_of(opened(query="i > 1")).panels[0][2]  # a zoom keeps y


LOOKS: list[dict[str, Any]] = [
    {},
    {"group": "group", "smoothing": 0.5, "band": "se"},
    {"log_x": True, "log_y": True, "zoom": (2.0, 9.0)},
    {"colour": "group", "dash": "i", "band": "none", "share_y": True, "clip": True},
]


@pytest.mark.parametrize("look", LOOKS)
def test_page_and_picture_show_the_same(look: dict[str, Any]) -> None:
    state = opened(**look)
    view = PanelsView(state, Pointing())
    drawing = drawing_of(state)
    for (_, strokes, (low, high)), lines, name in zip(
        drawing.panels, view.supply.take(state.observations), state.observations, strict=True
    ):
        assert [(s.group.label, s.group.colour, s.group.dash) for s in strokes] == [
            (line.group.label, line.group.colour, line.group.dash) for line in lines
        ]
        for stroke, line in zip(strokes, lines, strict=True):
            y = stroke.curve.y if stroke.smooth is None else stroke.smooth
            np.testing.assert_array_equal(drawing.y_scale.places(y), line.y)
        assert state.clip or (low, high) == pytest.approx(view.limits[name])
    shown = view.supply.x.ends(state.zoom) or view.full
    assert drawing.x == pytest.approx(shown)
    view.close()


def test_groups_are_means_of_all_visible_experiments() -> None:
    state = opened(*(experiment(i, group="ab"[i % 2]) for i in range(200)), group="group")
    drawing = drawing_of(state)
    strokes = drawing.panels[0][1]
    assert [(s.group.label, len(s.group.members)) for s in strokes] == [("a", 100), ("b", 100)]
    curves = [fold_curves_of(e, "loss")[0] for e in state.experiments[::2]]
    np.testing.assert_array_equal(strokes[0].curve.y, band_of(curves).mean)
    assert drawing.remark == "mean, and a band of one standard deviation"
    state.group = ""
    assert "curves of 75 of 200 visible experiments" in drawing_of(state).remark
    state.group = "repeats"
    assert len(drawing_of(state).panels[0][1]) == 75
    assert "the first 75 groups of 200" in drawing_of(state).remark


def test_colours_and_dashes_by_a_column() -> None:
    state = opened(*(experiment(i, lr=10.0**-i, kind="ab"[i % 2]) for i in range(12)), colour="kind", dash="i")
    groups = [s.group for s in drawing_of(state).panels[0][1]]
    assert {g.colour for g in groups} == set(COLOURS[:2])
    assert len({g.dash for g in groups}) > 2
    state.colour, state.dash = "lr", ""
    ramp = [s.group.colour for s in drawing_of(state).panels[0][1]]
    assert len(set(ramp)) > 8
    assert "colour by lr" in drawing_of(state).remark
    state.colour = "nobody has it"
    assert png_of(state, 30)


def test_experiments_of_one_title_are_told_apart_in_the_legend() -> None:
    state = opened(*(experiment(title="same", seed=i) for i in range(2)), experiment(5))
    assert [s.group.label for s in drawing_of(state).panels[0][1]] == ["same, seed 0", "same, seed 1", "run 5"]


def test_png_and_svg() -> None:
    state = opened()
    whole, small = png_of(state, 100), png_drawn(drawing_of(state), 100, small=True)
    image = Image.open(io.BytesIO(whole))
    assert image.size[0] == 960
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    colours = {color for _, color in image.convert("RGB").getcolors(1 << 24)}
    assert tuple(bytes.fromhex(COLOURS[1][1:])) in colours or len(colours) > 20
    assert len(small) < len(whole)
    assert Image.open(io.BytesIO(small)).size == image.size
    assert png_of(state, 100) == whole
    assert re.match(r"<\?xml[^>]*>\s*<!DOCTYPE svg", svg_of(state))
    assert Image.open(io.BytesIO(png_of(opened(observations=("loss",)), 100))).size[0] == 640


ODD: dict[str, dict[str, Any]] = {
    "not finite": {"loss": [1.0, math.nan, 2.0, math.inf, 3.0], "all": [math.nan] * 3},
    "one point": {"loss": [1.0], "folds": [[1.0], [2.0]]},
    "zero and below": {"loss": [-1.0, 0.0, 1.0, -2.0]},
    "constant": {"loss": [5.0] * 4, "zero": [0.0] * 4},
    "huge": {"loss": [1e300, -1e300, 1e-300], "integers": [10**400, 1]},
    "$formula_1$ \\ \n 損失": {"$x^2": [1.0, 2.0], "_": [1.0, 2.0], "a\nb": [1.0, 2.0]},
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("log", [False, True])
def test_odd_curves_are_drawn_without_a_warning(name: str, log: bool) -> None:
    state = opened(rs.Experiment({"title": name, "observations": ODD[name]}), log_x=log, log_y=log)
    state.observations = state.observed
    for how in ({}, {"smoothing": 0.9}, {"share_y": True, "clip": True}, {"zoom": (0.5, 0.7)}, {"band": "none"}):
        for trait, value in how.items():
            setattr(state, trait, value)
        assert png_of(state, 40)


@pytest.mark.parametrize("x", ["step", "time", "clock", "loss", "nobody has it"])
@pytest.mark.parametrize("band", BANDS)
def test_every_x_and_band(x: str, band: str, tmp_path: Any) -> None:
    with rs.Recorder({"lr": 1}, tmp_path) as recorder:
        for step in range(5):
            recorder.observe(loss=1 / (step + 1), acc=step)
    state = opened(*rs.all_experiments(tmp_path), x=x, band=band)
    if x == "nobody has it":
        with pytest.raises(ValueError, match="no curve"):
            png_of(state)
    else:
        assert png_of(state, 40)


def test_what_the_user_set_in_matplotlib_has_no_say() -> None:
    state = opened()
    usual = png_of(state, 50)
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red", "text.color": "white", "axes.grid": True,
                         "font.family": "nothing", "figure.dpi": 10, "savefig.bbox": "tight"}):  # fmt: skip
        assert png_of(state, 50) == usual
    assert svg_of(state)


def test_many_threads_draw_at_once() -> None:
    state = opened(log_y=True)
    expected, found = png_of(state, 50), []
    threads = [threading.Thread(target=lambda: found.append(png_of(state, 50))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 6


def test_nothing_to_draw() -> None:
    state = opened(observations=())
    assert drawing_of(state).panels == ()
    with pytest.raises(ValueError, match="no curve to draw"):
        png_of(state)


def test_without_matplotlib_it_says_what_to_install() -> None:
    """In a process where matplotlib cannot be imported."""
    code = """
import sys
sys.modules["matplotlib"] = None
import researcher as rs
from researcher.errors import MissingExtra
from researcher.widgets.picture import png_of
from researcher.widgets.report import html_of
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.still import still_of

state = ExplorerState()
state.load([rs.Experiment({"title": "a", "observations": {"loss": [1.0, 2.0]}})])
try:
    png_of(state)
except MissingExtra as error:
    print(error)
for text in (still_of(state)[0], html_of(state)):
    assert "researcher-notebook[plots]" in text
    assert "<td>a</td>" in text
    assert "<img" not in text
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "researcher-notebook[plots]"' in done.stdout
    assert issubclass(MissingExtra, ImportError)


def test_pyplot_and_the_state_are_left_alone() -> None:
    code = """
import sys
import researcher as rs
from researcher.widgets.picture import png_of
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
state = ExplorerState()
state.load([rs.Experiment({"title": "a", "observations": {"loss": [1.0, 2.0]}})])
assert "matplotlib" not in sys.modules
png_of(state)
print("matplotlib.pyplot" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_figure_says_what_is_drawn() -> None:
    figure = figure_of(
        drawing_of(opened(*(experiment(i) for i in range(40)), smoothing=0.6, x="loss", observations=("val",)))
    )
    texts = [text.get_text() for text in figure.findobj(mpl.text.Text)]
    for words in ("val", "loss", "run 0", "and 17 more"):
        assert words in texts
    assert any("smoothed with weight 0.6" in text for text in texts)
