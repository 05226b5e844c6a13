"""Make the README's pictures of the browser tests' screenshots: few colours, so that they are small.

Usage: pytest tests/browser/test_gallery.py && python tools/gallery.py, or make gallery
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
COLOURS = 96  # of a picture; with fewer, bands look like steps
PARTS = ("explorer", "curves", "scatter", "parallel", "differences", "params-that-matter", "dark", "narrow")


def main() -> None:
    """Write docs/PART.png for each part, and say how large it is."""
    for part in PARTS:
        with Image.open(REPOSITORY / "screenshots" / f"gallery-{part}.png") as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        path = REPOSITORY / "docs" / f"{part}.png"
        small.save(path, optimize=True)
        print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
