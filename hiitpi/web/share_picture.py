"""Draws a session or a year as a picture to share: numbers and words, no face.

Pillow draws it; its wheels read the WOFF2 font that the pages use.
"""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hiitpi.web.asset_urls import ASSETS

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

#: Size in pixels: 4:5, the tallest that picture feeds show whole.
SIZE: Final = (1080, 1350)
MARGIN: Final = 96
RIGHT: Final = SIZE[0] - MARGIN

#: Colours of the pages, see `assets/style.css`.
GROUND: Final = "#0f1115"
TEXT: Final = "#e8eaed"
MUTED: Final = "#9aa3af"
WORK: Final = "#3ddc84"

#: Vertical positions in pixels: name, number, title, facts, lines, bottom of the bars, footer.
NAME_Y, NUMBER_Y, TITLE_Y, FACTS_Y, LINES_Y, BARS_Y, FOOTER_Y = 96, 370, 590, 700, 850, 1190, 1270
MAX_BAR: Final = 190

#: Smallest size of a text.
MIN_TEXT: Final = 26

#: More bars than this would be too thin, more lines would not fit.
MAX_BARS: Final = 80
MAX_LINES: Final = 2

#: The files of the font: Latin with its supplement and punctuation, and extended Latin. There is
#: none for other scripts.
FONTS: Final = tuple(ASSETS / "fonts" / f"inter-{part}.woff2" for part in ("latin", "latin-ext"))
LAST_LATIN, LAST_EXTENDED, PUNCTUATION = 0xFF, 0x24F, range(0x2000, 0x2070)

#: Corners of a star in a circle of radius 1.
STAR: Final = tuple(
    (radius * math.sin(i * math.pi / 5), -radius * math.cos(i * math.pi / 5))
    for i in range(10)
    for radius in [0.42 if i % 2 else 1.0]
)


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture shows.

    Attributes:
        number: the large number.
        title: what was counted.
        facts: pairs of a name and a value, at most four.
        lines: what is special, at most `MAX_LINES`.
        bars: heights, 0..1, of a row of bars.
        footer: when it was.
        name: name of the player; "" to leave it out.
    """

    number: str
    title: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    bars: Sequence[float]
    footer: str
    name: str = ""


def share_picture(card: Card) -> bytes:
    """Return the picture as PNG."""
    from PIL import Image, ImageDraw  # late: most visitors never need it

    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    name = card.name if all(_file(character) for character in card.name) else ""
    _text(draw, (MARGIN, NAME_Y), name or "HIIT PI", 44, WORK, weight=700)
    _text(draw, (SIZE[0] // 2, NUMBER_Y), card.number, 340, TEXT, weight=800, anchor="mm")
    _text(draw, (SIZE[0] // 2, TITLE_Y), card.title, 72, TEXT, weight=700, anchor="mm")
    for i, (name, value) in enumerate(card.facts):
        x = MARGIN + i * (RIGHT - MARGIN) // max(1, len(card.facts))
        _text(draw, (x, FACTS_Y), name, 32, MUTED)
        _text(draw, (x, FACTS_Y + 44), value, 56, TEXT, weight=700)
    for i, line in enumerate(card.lines[:MAX_LINES]):
        y = LINES_Y + 56 * i
        draw.polygon([(MARGIN + 16 + 18 * x, y + 24 + 18 * dy) for x, dy in STAR], fill=WORK)
        _text(draw, (MARGIN + 52, y), line, 38, WORK, weight=600)
    _bars(draw, card.bars[:MAX_BARS])
    _text(draw, (MARGIN, FOOTER_Y), card.footer, 32, MUTED)
    if name:
        _text(draw, (RIGHT, FOOTER_Y), "HIIT PI", 32, MUTED, anchor="ra")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _bars(draw: "ImageDraw", heights: Sequence[float]) -> None:
    if not heights:
        return
    step = (RIGHT - MARGIN) / len(heights)
    width = min(0.7 * step, 40)
    for i, height in enumerate(heights):
        x, top = MARGIN + i * step, BARS_Y - max(6, MAX_BAR * min(1, height))
        draw.rounded_rectangle((x, top, x + width, BARS_Y), radius=min(8, width / 2), fill=WORK)


def _text(
    draw: "ImageDraw",
    position: tuple[float, float],
    text: str,
    size: int,
    colour: str,
    weight: int = 400,
    anchor: str = "la",
) -> None:
    """Draw a line of text; one that does not fit is made smaller, and then cut."""
    room = RIGHT - position[0] if anchor == "la" else RIGHT - MARGIN
    length = _length(text, size, weight)
    if length > room:
        size = max(MIN_TEXT, int(size * room / length))
        while (length := _length(text, size, weight)) > room:
            text = text[:-2].rstrip("… ") + "…"
    x, y = position
    x -= {"l": 0, "m": length / 2, "r": length}[anchor[0]]
    for file, run in _runs(text):
        font = _font(file, size, weight)
        draw.text((x, y), run, fill=colour, font=font, anchor=f"l{anchor[1]}")
        x += font.getlength(run)


def _length(text: str, size: int, weight: int) -> float:
    return sum(_font(file, size, weight).getlength(run) for file, run in _runs(text))


def _runs(text: str) -> Iterator[tuple[Path, str]]:
    """Yield parts of a text with the file of the font that has them."""
    for file, characters in groupby(text, _file):
        yield file or FONTS[0], "".join(characters)


def _file(character: str) -> Path | None:
    """Return the file of the font that has a character; None if there is none."""
    code = ord(character)
    if code <= LAST_LATIN or code in PUNCTUATION:
        return FONTS[0]
    return FONTS[1] if code <= LAST_EXTENDED else None


@lru_cache(maxsize=16)
def _font(file: Path, size: int, weight: int) -> "FreeTypeFont":
    from PIL import ImageFont

    font = ImageFont.truetype(file, size)
    font.set_variation_by_axes([weight])
    return font
