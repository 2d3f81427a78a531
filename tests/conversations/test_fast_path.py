"""One line that says a whole report: taught once, at the third report by questions, and offered to whoever uses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.conversations.attendance import morning_question
from bot.rules import people as who
from bot.service.outbox import Wording, chat_for
from storage import people
from tests.service.stage import MORNING, Bench

HOA = "cô Hoa"
TAUGHT = "Lần sau cô gõ gọn cũng được: vắng 6A: An ốm, Bình rẫy"
OFFERED = "Có thì cô gõ luôn tên và lý do"


@pytest.fixture
def bench(long_mon_url: str) -> Iterator[Bench]:
    made = Bench(long_mon_url)
    yield made
    made.close()


async def reports(bench: Bench, day: int, *lines: str) -> str:
    """A report of class 6A on a day of March, and its receipt."""
    bench.clock.move_to(MORNING.replace(day=day))
    for line in lines:
        await bench.says(HOA, line)
    return bench.seen(HOA)[-1]


async def by_questions(bench: Bench, day: int) -> str:
    return await reports(bench, day, "báo vắng", "3", "1", "1")


def question(bench: Bench) -> str:
    """The morning question as a channel without buttons that counts its messages would ask it."""
    wording = bench.service.schedule.wording
    counted = replace(wording.surroundings, limits={("phone", "phone"): 3000})
    with bench.database.transaction() as session:
        work = bench.service.schedule._work(session, bench.clock.now())
        work.limits = counted.limits
        known = people.at_address(session, "phone", "phone", HOA)
        assert known is not None
        chat = chat_for(work, known.person_id, Wording(wording.notices, counted, wording.zone, wording.alone))
        assert chat is not None
        asked = morning_question(chat, who.classes_taught(chat.work)[0], f"{chat.today.isoformat()}.morning")
        assert asked is not None
        return asked.plain


async def test_the_third_report_by_questions_teaches_the_line_once(bench: Bench) -> None:
    receipts = [await by_questions(bench, day) for day in (21, 22, 25, 26)]
    assert [TAUGHT in receipt.splitlines() for receipt in receipts] == [False, False, True, False]
    assert OFFERED not in question(bench)


async def test_whoever_writes_a_line_is_offered_it_first_and_never_taught(bench: Bench) -> None:
    assert OFFERED not in question(bench)
    assert "vắng 1 em" in await reports(bench, 20, "vắng 6A: Chi ốm", "1")
    assert OFFERED in question(bench)
    receipts = [await by_questions(bench, day) for day in (21, 22, 25)]
    assert not any(TAUGHT in receipt for receipt in receipts)
