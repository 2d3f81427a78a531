"""The README's pictures show what the product says today."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests import pictures
from tests.web import rehearsal
from tests.web.office import scenes


def test_the_words_of_the_pictures_are_those_of_the_product(tmp_path: Path) -> None:
    demo = rehearsal.start(tmp_path)
    words = pictures.performed(demo.address)
    assert demo.stop() == 0
    assert words == pictures.WORDS.read_text("utf-8"), "the words have moved on from the pictures: make pictures"


async def test_the_words_of_the_offices_pictures_are_those_of_the_product() -> None:
    words = await scenes.performed()
    assert words == pictures.OFFICE_WORDS.read_text("utf-8"), "the words have moved on from the pictures: make pictures"


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("demo", (1280, 800)),
        ("demo-phone", (390, 844)),
        ("no-signal", (390, 844)),
        ("office-today-360", (360, 740)),
        ("office-today-1280", (1280, 800)),
        ("office-week-360", (360, 740)),
        ("office-week-1280", (1280, 800)),
    ],
)
def test_each_picture_is_there_in_its_size(name: str, size: tuple[int, int]) -> None:
    header = (pictures.FOLDER / f"{name}.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) == size
