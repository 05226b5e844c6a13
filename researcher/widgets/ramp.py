"""The colours of numbers, from low to high.

Viridis by Stéfan van der Walt and Nathaniel Smith (2015, https://bids.github.io/colormap/), at even steps. Its
lightness grows evenly, whatever the colour vision; see Nuñez, Anderton and Renslow, "Optimizing colormaps with
consideration for color vision deficiency" (PLOS ONE 2018). The page leaves out the end that is hard to see on its
ground.
"""

from __future__ import annotations

RAMP = (
    "#440154",
    "#48186a",
    "#472d7b",
    "#424086",
    "#3b528b",
    "#33638d",
    "#2c728e",
    "#26828e",
    "#21918c",
    "#1fa088",
    "#28ae80",
    "#3fbc73",
    "#5ec962",
    "#84d44b",
    "#addc30",
    "#d8e219",
    "#fde725",
)
