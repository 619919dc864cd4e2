"""Pictures to share, read back with Pillow."""

import io

import pytest
from PIL import Image, ImageChops

from hiitpi.web.share_picture import SIZE, Card, share_picture

CARD = Card("42", "Squats", [("work", "1:05")], ["1,000 Squats"], [0.5, 1.0], "28 November 2026")


def drawn(**changes: object) -> Image.Image:
    """Return the picture of a card with changes."""
    values = {name: getattr(CARD, name) for name in Card.__slots__} | changes
    image = Image.open(io.BytesIO(share_picture(Card(**values))))
    assert (image.format, image.size) == ("PNG", SIZE)
    return image


def test_it_is_small_and_not_empty():
    assert len(share_picture(CARD)) < 150_000
    assert len(drawn().getcolors(100_000) or ()) > 10


@pytest.mark.parametrize(
    "changes",
    [{"number": "43"}, {"title": "Lunges"}, {"bars": ()}, {"lines": ()}, {"name": "Zoë Şahin"}],
)
def test_everything_is_drawn(changes: dict[str, object]):
    assert ImageChops.difference(drawn(), drawn(**changes)).getbbox()


def test_a_name_that_the_font_does_not_have_is_left_out():
    assert not ImageChops.difference(drawn(), drawn(name="王")).getbbox()


def test_long_texts_stay_within_the_margins():
    wide = drawn(title="A very long list of workouts " * 4, name="W" * 60, lines=["x" * 200] * 9)
    ground = wide.getpixel((0, 0))
    edges = [wide.crop((0, 0, 60, SIZE[1])), wide.crop((SIZE[0] - 60, 0, *SIZE))]
    assert all(edge.getcolors() == [(edge.width * edge.height, ground)] for edge in edges)
