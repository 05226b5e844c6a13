"""The plots: what is in the figure, what is printed, and how often a notebook shows it."""

from __future__ import annotations

import io
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import nbclient
import nbformat
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import researcher as rs
from researcher.dashboard import plot_fold_training

RECORDS = Path(__file__).parent / "data" / "records-2020"
NUMBER, CURVE = 0.5, [0.9, 0.7, 0.4]
FOLDS = [[1.0, 0.6, 0.2], [0.8, 0.4]]  # the second stopped a step earlier
MANY = [rs.final_compare, rs.plot_compare, rs.plot_training, rs.plot_folds]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def experiment(title: str = "run", **observations: object) -> rs.Experiment:
    return rs.Experiment({"title": title, "hash": f"{title}-0123456789", "observations": observations})


def drawn(figure: Figure | None) -> list[Axes]:
    """The subplots of a figure, once it was really rendered."""
    assert isinstance(figure, Figure)
    figure.savefig(io.BytesIO(), format="png")
    return figure.axes


def curve(ax: Axes, i: int = 0) -> list[float]:
    return [float(y) for y in ax.lines[i].get_ydata()]


def ticks(ax: Axes) -> list[str]:
    return [tick.get_text() for tick in ax.get_xticklabels()]


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


@pytest.mark.parametrize("observation", [NUMBER, CURVE, FOLDS], ids=["number", "curve", "folds"])
@pytest.mark.parametrize("metrics", ["loss", ["loss"], ("loss", "extra")], ids=["str", "one", "two"])
@pytest.mark.parametrize("together", [lambda es: es[0], list, tuple, rs.Experiments, iter])
@pytest.mark.parametrize("plot", MANY)
def test_every_plot_takes_every_shape(plot, together, metrics, observation):
    experiments = [experiment(title, loss=observation, extra=1) for title in ("a", "b")]
    keywords = {"draw_plots": True} if plot is rs.final_compare else {}
    axes = drawn(plot(together(experiments), metrics, **keywords))
    assert len(axes) == (2 if len(metrics) == 2 else 1)
    assert [ax.get_ylabel() for ax in axes] == ["loss", "extra"][: len(axes)]
    assert all(line.get_visible() for ax in axes for line in ax.get_xgridlines())


@pytest.mark.parametrize("observation", [NUMBER, CURVE, FOLDS], ids=["number", "curve", "folds"])
@pytest.mark.parametrize("together", [lambda e: e, lambda e: [e], lambda e: (e,)])
def test_one_experiment_fold_by_fold(observation, together):
    first, second = drawn(plot_fold_training(together(experiment(loss=observation, n=1)), ["loss", "n"]))
    curves = {"number": [[NUMBER]], "curve": [CURVE], "folds": FOLDS}
    shape = "folds" if observation is FOLDS else "curve" if observation is CURVE else "number"
    assert [curve(first, i) for i in range(len(first.lines))] == curves[shape]
    assert legend(first) == [f"{i}_loss" for i in range(len(curves[shape]))]
    assert curve(second) == [1]


def test_an_empty_fold_keeps_the_numbers_of_the_others():
    (ax,) = drawn(plot_fold_training(experiment(loss=[[], [3, 2]]), "loss"))
    assert legend(ax) == ["1_loss"]
    (ax,) = drawn(rs.plot_compare(experiment(loss=[[], [3, 2]]), "loss"))
    assert ticks(ax) == ["fold_0", "fold_1", "mean"]
    assert curve(ax)[1:] == [2, 2]
    assert math.isnan(curve(ax)[0])


def test_training_is_the_mean_over_the_folds_that_reached_a_step():
    (ax,) = drawn(rs.plot_training(experiment("relu", loss=FOLDS), "loss"))
    assert curve(ax) == pytest.approx([0.9, 0.5, 0.2])
    assert [float(x) for x in ax.lines[0].get_xdata()] == [0, 1, 2]
    assert ax.get_xlabel() == "step"
    assert legend(ax) == ["relu_relu-012 loss"]
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == pytest.approx(0.5 - statistics.stdev([0.6, 0.4]))
    assert corners[:, 1].max() == pytest.approx(0.9 + statistics.stdev([1.0, 0.8]))


def test_training_without_folds_has_no_band():
    (ax,) = drawn(rs.plot_training(experiment(loss=CURVE), "loss"))
    assert not ax.collections


def test_missing_values_are_gaps_and_lone_values_dots():
    lone = [1.0, None, 0.5, None, 0.3, 0.2]
    folds = [[1.0, math.nan, 4.0], [3.0, math.nan, math.inf]]
    first, second = drawn(rs.plot_training(experiment(lone=lone, folds=folds), ["lone", "folds"]))
    assert [y for y in curve(first) if y == y] == [1.0, 0.5, 0.3, 0.2]
    assert first.lines[0].get_markevery() == [0, 2]
    assert curve(second) == pytest.approx([2.0, math.nan, 4.0], nan_ok=True)


def test_experiments_without_the_metric_are_left_out_and_colours_stay(capsys):
    experiments = [experiment("a", loss=1.0), experiment("b", loss=2.0, acc=0.5), experiment("c", loss="high")]
    loss, acc = drawn(rs.plot_compare(experiments, ["loss", "acc"]))
    assert legend(loss) == ["a_a-012345", "b_b-012345"]
    assert legend(acc) == ["b_b-012345"]
    assert loss.lines[1].get_color() == acc.lines[0].get_color()
    assert capsys.readouterr().out == ("\nloss\nmean 1.0 a_a-012345\nmean 2.0 b_b-012345\n\nacc\nmean 0.5 b_b-012345\n")


def test_final_values_are_printed_and_drawn_on_request(capsys):
    run = experiment("a", loss=FOLDS)
    assert rs.final_compare([run], ["loss"]) is None
    assert not plt.get_fignums()
    assert capsys.readouterr().out.startswith("\nloss\nmean 0.3 ")
    (ax,) = drawn(rs.final_compare([run, experiment("b", loss=0.1)], ["loss"], draw_plots=True))
    assert curve(ax) == pytest.approx([0.2, 0.4, 0.3])
    assert ticks(ax) == ["fold_0", "fold_1", "mean"]
    assert curve(ax, 1) == [0.1]
    assert list(ax.lines[1].get_xdata()) == [2]


def test_final_values_of_different_numbers_of_folds_share_the_place_of_the_mean():
    runs = [experiment("a", loss=[[1], [3]]), experiment("b", loss=[[1], [2], [6]])]
    (ax,) = drawn(rs.plot_compare(runs, "loss"))
    assert [list(line.get_xdata()) for line in ax.lines[:2]] == [[0, 1, 3], [0, 1, 2, 3]]
    assert curve(ax, 1) == [1, 2, 6, 3]


def test_folds_above_their_experiment():
    runs = [experiment("a", loss=FOLDS), experiment("b", acc=1), experiment("c", loss=0.7)]
    (ax,) = drawn(rs.plot_folds(runs, ["loss"], xlabel="Run", ylabel="MSE"))
    assert ticks(ax) == ["a_a-012345", "c_c-012345"]
    assert {tick.get_rotation() for tick in ax.get_xticklabels()} == {45}
    assert [dots.get_offsets().tolist() for dots in ax.collections] == [[[0, 0.2], [0, 0.4]], [[1, 0.7]]]
    assert curve(ax) == pytest.approx([0.3, 0.7])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Run", "MSE")


def marks(ax: Axes) -> list[tuple[str, float]]:
    lines = [line for line in ax.lines if ": step " in str(line.get_label())]
    return [(str(line.get_label()).split(":")[0], float(line.get_xdata()[0])) for line in lines]


def test_the_learning_rate_beside_the_loss(capsys):
    loss = [[5, 6, 4, 3, 3, 3.5, 2, 4, 5, 1, 2, 1.5, 8]] * 2
    rates = [10.0**-k for k in range(13)]
    ax, right = drawn(rs.plot_lr(experiment(loss=loss, lr=[rates, rates]), "loss", "lr", n_increases=2))
    assert curve(ax) == loss[0]
    assert marks(ax) == [
        ("begins to decrease", 2),
        ("begins to increase", 5),
        ("begins to increase", 7),
        ("is lowest", 9),
    ]
    assert curve(right) == pytest.approx(rates)
    assert right.get_yscale() == "log"
    assert capsys.readouterr().out.splitlines() == [
        "loss begins to decrease at step 2, learning rate 0.01",
        "loss begins to increase at step 5, learning rate 1e-05",
        "loss begins to increase at step 7, learning rate 1e-07",
        "loss is lowest at step 9, learning rate 1e-09",
    ]


def test_a_learning_rate_that_is_short_constant_or_zero(capsys):
    ax, right = drawn(rs.plot_lr([experiment(loss=[3, None, 2, 1], lr=[0.0, 0.1])], "loss", "lr"))
    assert right.get_yscale() == "linear"
    assert marks(ax) == [("begins to decrease", 2), ("is lowest", 3)]
    assert capsys.readouterr().out.endswith("is lowest at step 3, learning rate not recorded\n")
    _, right = drawn(rs.plot_lr(experiment(loss=[3, 2], lr=0.1), "loss", "lr"))
    assert curve(right) == [0.1, 0.1]
    ax, _ = drawn(rs.plot_lr(experiment(loss=[1, 2, 1.5, 3], lr=0.1), "loss", "lr", n_increases=0))
    assert marks(ax) == [("is lowest", 0)]


@pytest.mark.parametrize("plot", [*MANY, plot_fold_training])
def test_what_cannot_be_drawn_is_said(plot, capsys):
    run = experiment(loss=CURVE, acc=0.5, note="text", void=[[]])
    for metric in ("los", "note", "void"):
        with pytest.raises(ValueError, match=f"observation '{metric}'; observed were: loss, acc$"):
            plot(run, ["loss", metric])
    with pytest.raises(ValueError, match="no experiments"):
        plot([], "loss")
    with pytest.raises(ValueError, match="no metrics"):
        plot(run, [])
    with pytest.raises(ValueError, match="observed were: none"):
        plot(experiment(), "loss")
    assert not plt.get_fignums()
    assert capsys.readouterr().out == ""


def test_plots_of_one_experiment_refuse_several():
    two = [experiment(loss=CURVE, lr=CURVE)] * 2
    with pytest.raises(ValueError, match="one experiment, and 2 were given"):
        plot_fold_training(two, "loss")
    with pytest.raises(ValueError, match="one experiment, and 2 were given"):
        rs.plot_lr(two, "loss", "lr")


def test_a_learning_rate_plot_needs_values():
    with pytest.raises(ValueError, match="'lr'; observed were: loss"):
        rs.plot_lr(experiment(loss=CURVE), "loss", "lr")
    with pytest.raises(ValueError, match="'loss'; observed were: lr"):
        rs.plot_lr(experiment(loss=[], lr=CURVE), "loss", "lr")
    with pytest.raises(ValueError, match="NaN at every step"):
        rs.plot_lr(experiment(loss=[None, None], lr=CURVE), "loss", "lr")


def test_keywords_go_to_subplots():
    run = experiment(loss=CURVE, acc=CURVE, n=1)
    figure = rs.plot_training(run, ["loss", "acc"], figsize=(3, 4), dpi=50, sharex=True, nrows=7)
    assert (tuple(figure.get_size_inches()), figure.dpi, len(figure.axes)) == ((3, 4), 50, 2)
    assert figure.axes[0].get_shared_x_axes().joined(*figure.axes)
    axes = drawn(rs.plot_training(run, ["loss", "acc", "n"], ncols=2, layout="tight"))
    assert [ax.get_subplotspec().colspan.start for ax in axes] == [0, 1, 0]


def test_a_long_legend_stands_beside_the_plot_and_ends():
    runs = [experiment(f"a_rather_long_title_of_number_{i}_{'x' * 30}", loss=[i, 1]) for i in range(60)]
    for figsize in ((8, 3.5), (20, 5), (5, 3), (3, 2)):
        (ax,) = drawn(rs.plot_training(runs, "loss", figsize=figsize))
        assert ax.get_legend().get_window_extent().x0 > ax.get_window_extent().x1
        assert legend(ax)[-1] == f"… and {60 - len(legend(ax)) + 1} more"
        assert max(map(len, legend(ax))) <= 44
        assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines}) == 32
    (ax,) = drawn(rs.plot_training(runs[:8], "loss"))
    assert ax.get_legend().get_window_extent().x0 > ax.get_window_extent().x0
    assert ax.get_legend().get_window_extent().x1 < ax.get_window_extent().x1


def test_names_are_shown_as_they_are():
    run = experiment("_a$^$", **{"$x^": CURVE})
    (ax,) = drawn(rs.plot_training(run, "$x^"))
    assert legend(ax) == [r" _a\$^\$__a\$^\$-01 \$x^"]
    for plot in (rs.plot_compare, rs.plot_folds):
        drawn(plot(run, "$x^"))
    (ax,) = drawn(rs.plot_folds(experiment("long" * 40, loss=1), "loss"))
    assert ticks(ax) == ["longlonglonglongl…longlong_longlong"]


def test_the_records_of_2020():
    runs = rs.all_experiments(RECORDS)
    assert len(runs) == 3
    (ax,) = drawn(rs.plot_training(runs, ["mse"]))
    assert sorted(map(len, (line.get_xdata() for line in ax.lines))) == [1, 2]
    drawn(rs.plot_compare(runs, ["mse", "accuracy"]))
    drawn(rs.plot_folds(runs, ["mse", "flange_loss"]))
    (run,) = [e for e in runs if e.has_observation("learning_rate")]
    drawn(plot_fold_training(run, ["mse", "learning_rate"]))
    ax, _ = drawn(rs.plot_lr(run, "mse", "learning_rate"))
    assert curve(ax) == pytest.approx([0.908, 0.836])


def test_importing_the_plots_is_light():
    script = "import json, sys, researcher.dashboard; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "numpy", "pandas", "ipywidgets"} & set(json.loads(done.stdout))


CELLS = {
    "last expression": "rs.plot_training(e, 'loss')",
    "statement in the middle": "rs.plot_training(e, 'loss')\nx = 1",
    "assigned": "fig = rs.plot_training(e, 'loss')",
    "shown again": "fig",
    "assigned and shown": "fig = rs.plot_training(e, 'loss')\nfig",
    "with plt.show": "import matplotlib.pyplot as plt\nrs.plot_training(e, 'loss')\nplt.show()",
    "displayed": "fig = rs.plot_training(e, 'loss')\ndisplay(fig)",
    "final_compare": "rs.final_compare(e, 'loss', draw_plots=True, figsize=(4, 3))",
    "saved": "import io\nfig = rs.plot_training(e, 'loss')\nfig.savefig(io.BytesIO())\nfig",
    "pickled": "import pickle\nfig = rs.plot_training(e, 'loss')\nassert pickle.dumps(fig)",
}


def test_a_notebook_shows_each_figure_once(monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    start = "import researcher as rs\ne = rs.Experiment({'observations': {'loss': [[3, 2, 1], [2, 1]]}})\nNone"
    cells = [nbformat.v4.new_code_cell(source) for source in (start, *CELLS.values())]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    pictures = {
        name: sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for name, cell in zip(CELLS, notebook.cells[1:], strict=True)
    }
    assert pictures == dict.fromkeys(CELLS, 1)
