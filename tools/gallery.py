"""Make the README's pictures of the browser tests' screenshots: few shades, so that they are small.

Usage: pytest tests/browser/test_gallery.py && python tools/gallery.py, or make gallery
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
SHADE = 5  # of 255: shades that differ by less are one
PARTS = ("explorer", "curves", "scatter", "parallel", "differences", "params-that-matter", "dark", "narrow")


def main() -> None:
    """Write docs/PART.png for each part, and say how large it is."""
    for part in PARTS:
        with Image.open(REPOSITORY / "screenshots" / f"gallery-{part}.png") as picture:
            small = picture.convert("RGB").point(lambda value: round(value / SHADE) * SHADE)
        path = REPOSITORY / "docs" / f"{part}.png"
        small.save(path, optimize=True)
        print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
