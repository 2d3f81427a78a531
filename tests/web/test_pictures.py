"""The README's pictures show what the product says today."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests import pictures
from tests.web import rehearsal


def test_the_words_of_the_pictures_are_those_of_the_product(tmp_path: Path) -> None:
    demo = rehearsal.start(tmp_path)
    words = pictures.performed(demo.address)
    assert demo.stop() == 0
    assert words == pictures.WORDS.read_text("utf-8"), "the words have moved on from the pictures: make pictures"


@pytest.mark.parametrize(
    ("name", "size"), [("demo", (1280, 800)), ("demo-phone", (390, 844)), ("no-signal", (390, 844))]
)
def test_each_picture_is_there_in_its_size(name: str, size: tuple[int, int]) -> None:
    header = (pictures.FOLDER / f"{name}.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", header[16:24]) == size
