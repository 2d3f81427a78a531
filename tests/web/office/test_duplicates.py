"""Pupils who are alike at a desk: seen side by side, made one, told apart, taken back; the second one is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.pupils import Pupil
from tests.web.office.forms import pressing
from tests.web.stage import Browser, House
from tests.world import World

PATH = "/bang/trung"
CHI = "Đinh Thị Chi"


@pytest.fixture
async def head(house: House) -> Browser:
    """A head of school, in whose list em Chi stands twice."""

    def made(session: Session) -> None:
        world = World(session)
        world.pupil(CHI, of="6B", mother="Đinh Thị Nương")
        world.school_head("Phạm Văn Sơn")

    await house.run(made)
    return await house.sits_down("Phạm Văn Sơn")


async def _entries(house: House) -> list[tuple[int, int | None]]:
    def read(session: Session) -> list[tuple[int, int | None]]:
        rows = session.scalars(select(Pupil).where(Pupil.name == CHI).order_by(Pupil.id))
        return [(one.id, one.merged_into) for one in rows]

    return await house.run(read)


async def test_two_entries_become_one_and_two_again(house: House, head: Browser) -> None:
    (first, _), (second, _) = await _entries(house)
    pair = f"{PATH}/{first}/{second}"
    assert pair in (await head.get(PATH)).text
    page = (await head.get(pair)).text
    assert "mẹ Đinh Thị Nương" in page
    done = await head.post(pair, page=True, **pressing(page, f"keep.{first}"))
    assert done.status_code == 303
    assert await _entries(house) == [(first, None), (second, first)]
    after = (await head.get(PATH)).text
    assert pair not in after
    late = await head.post(pair, page=True, **pressing(page, "apart"))
    assert late.status_code == 409
    assert "Vừa có người khác xử lý cặp này" in late.text
    assert (await head.post(PATH, page=True, **pressing(after, "undo"))).status_code == 303
    assert await _entries(house) == [(first, None), (second, None)]
    twice = await head.post(PATH, page=True, **pressing(after, "undo"))
    assert twice.status_code == 422


async def test_two_children_are_not_asked_about_again(house: House, head: Browser) -> None:
    (first, _), (second, _) = await _entries(house)
    pair = f"{PATH}/{first}/{second}"
    page = (await head.get(pair)).text
    assert (await head.post(pair, page=True, **pressing(page, "apart"))).status_code == 303
    assert pair not in (await head.get(PATH)).text


async def test_whoever_saw_an_older_state_is_told_before_anything_is_merged(house: House, head: Browser) -> None:
    (first, _), (second, _) = await _entries(house)
    pair = f"{PATH}/{first}/{second}"
    page = (await head.get(pair)).text

    def moved(session: Session) -> None:
        session.get_one(Pupil, second).birth_date = "2012"

    await house.run(moved)
    told = await head.post(pair, page=True, **pressing(page, f"keep.{second}"))
    assert told.status_code == 409
    assert [merged for _, merged in await _entries(house)] == [None, None]
