"""The panels as a picture outside the page: for files, reports and saved notebooks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from researcher.errors import MissingExtra
from researcher.widgets.drawing import Drawing, drawing_of
from researcher.widgets.state import ExplorerState

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image


def png_of(state: ExplorerState, dpi: float = 200) -> bytes:
    """The panels with their titles and axes and a legend of the curves, as PNG on white.

    Args:
        state: what is shown.
        dpi: pixels an inch; the picture is 9.6 inches wide, or 6.4 with one panel.

    Raises:
        MissingExtra: matplotlib is not installed.
        ValueError: no curve is shown.
    """
    return png_drawn(_something(drawing_of(state)), dpi)


def svg_of(state: ExplorerState) -> str:
    """The same as SVG; texts are outlines, so that it looks alike everywhere.

    Raises:
        MissingExtra: matplotlib is not installed.
        ValueError: no curve is shown.
    """
    figure = _figure(_something(drawing_of(state)))
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    written = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)  # without types
    canvas.print_svg(written, metadata={"Creator": "researcher", "Date": None})
    return written.getvalue()


def png_drawn(drawing: Drawing, dpi: float, small: bool = False) -> bytes:
    """The picture of a drawing, as PNG.

    Args:
        drawing: at least one panel.
        dpi: pixels an inch.
        small: whether to keep only 256 colours, which makes the file about three times smaller.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    figure = _figure(drawing)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)  # without types
    written = io.BytesIO()
    if small:
        canvas.draw()
        _few_colours(np.asarray(canvas.buffer_rgba())).save(written, "PNG")
    else:
        canvas.print_png(written, metadata={"Software": "researcher"})
    return written.getvalue()


def _few_colours(pixels: npt.NDArray[np.uint8]) -> Image.Image:
    from PIL import Image  # matplotlib needs it too

    whole = Image.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
    return whole.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _something(drawing: Drawing) -> Drawing:
    if not drawing.panels:
        raise ValueError("there is no curve to draw: choose observations that are curves")
    return drawing


def _figure(drawing: Drawing) -> Figure:
    try:
        from researcher.widgets.plates import figure_of
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise MissingExtra("plots", "Pictures are drawn with matplotlib, which is not installed") from error
    return figure_of(drawing)
