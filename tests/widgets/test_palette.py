"""The palette, as people with other kinds of colour vision see it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from researcher.arrays import Array
from researcher.widgets.palette import COLOURS, DASHES, colour, dash

# How colours look to people who lack one kind of cone: Machado, Oliveira and Fernandes, "A physiologically-based model
# for simulation of color vision deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (2009), their
# matrices for linear sRGB at severity 1.0.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65


def linear(colours: tuple[str, ...]) -> Array:
    """Linear sRGB (IEC 61966-2-1), of shape ``(n_colours, 3)``."""
    values = np.array([[int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)] for text in colours])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    """CIELAB (CIE 15:2004) of linear sRGB, of shape ``(n_colours, 3)``."""
    ratios = np.clip(rgb, 0, 1) @ np.array(XYZ).T / WHITE
    x, y, z = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29).T
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)]).T


@pytest.mark.parametrize("kind", SEEN)
def test_its_colours_are_told_apart(kind: str) -> None:
    """The distance in CIELAB (CIE76) of any two is more than 15; one of 2.3 is just noticed."""
    places = lab(linear(COLOURS) @ np.array(SEEN[kind]).T)
    near = {
        (a, b): float(np.linalg.norm(places[a] - places[b])) for a, b in itertools.combinations(range(len(COLOURS)), 2)
    }
    (a, b), least = min(near.items(), key=lambda pair: pair[1])
    assert least > 15, f"{COLOURS[a]} and {COLOURS[b]}: {least:.1f}"


@pytest.mark.parametrize(("ground", "least"), [("#ffffff", 2.2), ("#212121", 3.0)])
def test_none_is_faint_on_the_grounds_of_the_themes(ground: str, least: float) -> None:
    """The contrast ratio of WCAG 2.2, which wants 3 for graphics; on white Okabe and Ito's lightest two have less."""
    behind, *lights = (linear((ground, *COLOURS)) @ XYZ[1] + 0.05).tolist()
    assert min(max(light, behind) / min(light, behind) for light in lights) > least


def test_the_check_can_fail() -> None:
    red, green = lab(linear(("#a05020", "#607020")) @ np.array(SEEN["deuteranopia"]).T)
    assert np.linalg.norm(red - green) < 15


def test_after_the_colours_come_dashes() -> None:
    looks = [(colour(slot), dash(slot)) for slot in range(len(COLOURS) * len(DASHES))]
    assert len(set(looks)) == len(looks)
    assert [dash(slot) for slot in (0, 7, 8, 39, 40)] == ["", "", "6 3", "12 4", ""]
