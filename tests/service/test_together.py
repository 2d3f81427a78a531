"""Several pushes of one minute are one message: every part in it, each press still its own, and each part's fate
told."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.channels.channel import Gone, Later, Rejected, SendError, Unknown
from bot.clock import VIETNAM
from bot.i18n import Reader
from bot.messages import Brief, Choice, Outgoing
from bot.rules import people as who
from bot.rules import reminders
from bot.rules.reminders import Due
from bot.rules.tasks import Moment, Task
from bot.rules.work import Work
from bot.service import outbox, together
from bot.service.outbox import Telling
from storage import chat as memory
from storage import people
from storage.chat import Outbox, OutboxStatus
from storage.reminders import Announced, AnnouncedStatus
from tests.dialogue.voice import faults
from tests.service.stage import Bench
from tests.world import World, be_away

READER = Reader("vi", "bác", "Rớt", VIETNAM)
MINUTE = timedelta(minutes=1)


def news(number: int, *, value: str = "", label: str = "") -> Outgoing:
    """`Tin 3.` with one choice that opens the tasks from its place on."""
    return Outgoing(f"Tin {number}.", (Choice(value or f"!tasks:{number}", label or f"Xem tin {number}", number="1"),))


def tell(bench: Bench, message: Outgoing, subject: str = "test:1", at: datetime | None = None, **more: object) -> str:
    """Tells bác Rớt something, as a rule's notice is told; returns why not, if not."""
    with bench.database.transaction() as session:
        work = bench.service.schedule._work(session, bench.clock.now())
        address = people.at_address(session, "phone", "phone", "bác Rớt")
        assert address is not None
        one = Telling(
            address.person_id, subject.partition(":")[0], subject, lambda chat: message, at or work.now,
            **{"useful_until": None, **more},  # type: ignore[arg-type]
        )  # fmt: skip
        told = outbox.tell(work, bench.service.schedule.wording, one)
        return told if isinstance(told, str) else ""


def fates(bench: Bench) -> list[tuple[str, str]]:
    with bench.database.transaction() as session:
        rows = session.scalars(select(Outbox).where(Outbox.subject.startswith("meeting:")).order_by(Outbox.id))
        return [(row.subject, row.status) for row in rows]


async def test_news_of_one_minute_is_one_message_with_one_greeting_and_one_numbered_set(bench: Bench) -> None:
    tell(bench, Outgoing("Chào bác Rớt. Em Chi đã đi học ạ.", news(1).choices))
    tell(bench, Outgoing("⚠️ Cô Hoa đã sửa\nviệc thăm nhà em Bé ạ.", news(2).choices))
    await bench.service.settle()
    (shown,) = bench.screens.screens["bác Rớt"]
    assert shown.text == "Chào bác Rớt. Bác có 2 tin:\n• Em Chi đã đi học.\n• Cô Hoa đã sửa việc thăm nhà em Bé ạ."
    assert shown.captions == ["1. Xem tin 1", "2. Xem tin 2"]
    assert faults(shown.message) == []


@pytest.mark.parametrize("number", [1, 2])
async def test_each_choice_of_a_message_of_several_still_opens_its_own_thing(bench: Bench, number: int) -> None:
    tell(bench, news(1, value="!help", label="Hướng dẫn"))
    tell(bench, news(2, value="!preferences", label="Cài đặt"))
    await bench.service.settle()
    (shown,) = bench.screens.screens["bác Rớt"]
    pressed = shown.message.choices[number - 1]
    await bench.says("bác Rớt", kind="press", press=pressed.value, press_id="p", message_id=shown.id)
    by_button = bench.seen("bác Rớt")[-1]
    assert "không còn dùng" not in by_button
    tell(bench, news(1, value="!help", label="Hướng dẫn"))
    tell(bench, news(2, value="!preferences", label="Cài đặt"))
    await bench.service.settle()
    await bench.says("bác Rớt", str(number))
    assert bench.seen("bác Rớt")[-1] == by_button


async def test_what_asks_for_an_answer_or_would_blur_goes_by_itself(bench: Bench) -> None:
    asked = Outgoing("Em Nghĩa đi học chưa ạ?", (Choice("!tasks", "Đi rồi", number="1"),))
    tell(bench, news(1))
    tell(bench, asked)
    tell(bench, news(2), is_alone=True)
    tell(bench, news(3, label="Xem tin 1"))
    tell(bench, news(4))
    await bench.service.settle()
    assert [text.count("•") for text in bench.seen("bác Rớt")] == [2, 0, 0, 0]


async def test_a_part_that_is_taken_back_leaves_the_message_and_nothing_else_does(bench: Bench) -> None:
    later = bench.clock.now() + timedelta(minutes=2)
    for number in (1, 2, 3):
        tell(bench, news(number), f"meeting:{number}", at=later + timedelta(seconds=10 * number))
    with bench.database.transaction() as session:
        assert memory.withdraw(session, "meeting:1") == 1
    await bench.service.advance(bench.clock, later + MINUTE)
    assert bench.seen("bác Rớt") == ["Bác có 2 tin:\n• Tin 2.\n• Tin 3."]
    assert fates(bench) == [
        ("meeting:1", OutboxStatus.WITHDRAWN), ("meeting:2", OutboxStatus.SENT), ("meeting:3", OutboxStatus.SENT),
    ]  # fmt: skip


async def test_a_message_of_several_whose_answer_was_lost_goes_once_more_and_never_a_third_time(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Unknown("answer lost")
    tell(bench, news(1), "meeting:1")
    tell(bench, news(2), "meeting:2")
    for _ in range(4):
        await bench.restart()
        await bench.service.settle()
        bench.clock.move_to(bench.clock.now() + timedelta(seconds=61))
    assert bench.channel.attempts == [("bác Rớt", "Bác có 2 tin:\n• Tin 1.\n• Tin 2.")] * 2
    assert {status for _, status in fates(bench)} == {OutboxStatus.SENT}


async def test_what_a_dead_process_had_in_its_hands_is_one_message_again(bench: Bench) -> None:
    tell(bench, news(1))
    tell(bench, news(2))
    claimed = await bench.service.database.run(bench.service.delivery._claim)
    assert [len(one.row_ids) for one in claimed] == [2]
    await bench.restart()
    tell(bench, news(3))
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=61))
    await bench.service.settle()
    assert bench.seen("bác Rớt") == ["Tin 3.", "Bác có 2 tin:\n• Tin 1.\n• Tin 2."]


async def test_a_part_can_be_taken_back_while_the_platform_asks_to_wait(bench: Bench) -> None:
    bench.channel.fails = lambda address, message: Later("too many requests", 30)
    tell(bench, news(1), "meeting:1")
    tell(bench, news(2), "meeting:2")
    await bench.service.settle()
    bench.channel.fails = lambda address, message: None
    with bench.database.transaction() as session:
        memory.withdraw(session, "meeting:2")
    bench.clock.move_to(bench.clock.now() + timedelta(seconds=31))
    await bench.service.settle()
    assert bench.seen("bác Rớt") == ["Tin 1."]


def blocked(address: str, message: Outgoing) -> SendError | None:
    return Gone("blocked") if address == "bác Rớt" else None


def refused(address: str, message: Outgoing) -> SendError | None:
    return Rejected("bad") if "Tin 1" in message.text else None


@pytest.mark.parametrize(
    ("fails", "seen"),
    [
        (blocked, {"máy thứ hai": ["Bác có 2 tin:\n• Tin 1.\n• Tin 2."], "bác Rớt": []}),
        (refused, {"máy thứ hai": [], "bác Rớt": ["Tin 2."]}),
    ],
)
async def test_a_closed_chat_hands_on_the_whole_and_a_refused_part_takes_no_other_with_it(
    bench: Bench, fails: Callable[[str, Outgoing], SendError | None], seen: dict[str, list[str]]
) -> None:
    with bench.database.transaction() as session:
        address = people.at_address(session, "phone", "phone", "bác Rớt")
        assert address is not None
        work = Work(session=session, now=bench.clock.now(), today=bench.clock.today())
        person = people.get(session, address.person_id)
        assert person is not None
        who.link(work, person, "phone", "phone", "máy thứ hai")
    bench.channel.fails = fails
    tell(bench, news(1))
    tell(bench, news(2))
    await bench.service.settle()
    assert {phone: bench.seen(phone) for phone in seen} == seen


async def test_parts_that_make_no_one_message_any_more_go_one_by_one(bench: Bench) -> None:
    tell(bench, news(1))
    tell(bench, news(2))
    with bench.database.transaction() as session:
        for row in session.scalars(select(Outbox).where(Outbox.kind == "test")):
            row.payload = news(1, value=f"!tasks:{row.id}").as_json()
    await bench.service.settle()
    assert bench.seen("bác Rớt") == ["Tin 1.", "Tin 1."]


async def test_what_goes_together_counts_as_one_of_the_four(bench: Bench) -> None:
    for number in range(3):
        tell(bench, news(number))
    for number in range(3, 6):
        bench.clock.move_to(bench.clock.now() + MINUTE)
        tell(bench, news(number))
        await bench.service.settle()
    assert len(bench.seen("bác Rớt")) == 4
    bench.clock.move_to(bench.clock.now() + MINUTE)
    tell(bench, news(6))
    await bench.service.settle()
    assert len(bench.seen("bác Rớt")) == 4


async def test_what_exceeds_the_four_is_one_message_with_the_list_of_the_next_morning(long_mon_url: str) -> None:
    bench = Bench(long_mon_url, datetime(2024, 3, 20, 15, 20, tzinfo=VIETNAM))
    with bench.database.transaction() as session:
        be_away(World(session))
    await bench.service.advance(bench.clock, datetime(2024, 3, 20, 16, 0, tzinfo=VIETNAM))
    for number in range(1, 8):
        bench.clock.move_to(bench.clock.now() + MINUTE)
        tell(bench, news(number))
        await bench.service.settle()
    assert bench.seen("bác Rớt")[-4:] == [f"Tin {number}." for number in range(1, 5)]
    await bench.service.advance(bench.clock, datetime(2024, 3, 21, 6, 29, tzinfo=VIETNAM))
    before = len(bench.seen("bác Rớt"))
    await bench.service.advance(bench.clock, datetime(2024, 3, 21, 6, 32, tzinfo=VIETNAM))
    assert bench.seen("bác Rớt")[before:] == [
        "Chào bác Rớt. Bác có 3 tin:\n• Tin 5.\n• Tin 6.\n• Tin 7.\nHôm nay, thứ 5, 21/3, bác có 2 việc:"
    ]
    assert bench.screens.screens["bác Rớt"][-1].captions == [
        "1. Thăm nhà em Bé, 8B", "2. Họp thôn 18 giờ 30 tối nay", "3. Xem tin 5", "4. Xem tin 6", "5. Xem tin 7",
    ]  # fmt: skip
    bench.close()


async def test_a_task_beyond_the_four_is_said_by_the_list_and_what_always_goes_is_not_held_back(
    bench: Bench,
) -> None:
    for number in range(4):
        bench.clock.move_to(bench.clock.now() + MINUTE)
        tell(bench, news(number))
    await bench.service.settle()
    bench.clock.move_to(bench.clock.now() + MINUTE)
    until = bench.clock.now() + timedelta(days=1)
    assert tell(bench, news(5), is_listed=True, useful_until=until) == "waits on the morning list"
    assert tell(bench, news(6), useful_until=bench.clock.now() + timedelta(hours=1)) == outbox.ENOUGH
    assert tell(bench, news(7), is_counted=False) == ""
    await bench.service.settle()
    assert len(bench.seen("bác Rớt")) == 5


async def test_a_repeated_question_counts_once_with_its_first_and_is_not_held_back(bench: Bench) -> None:
    asked = replace(bench.service.schedule, words={"test.ask": lambda chat, task, moment: Outgoing("Đi chưa ạ?")})
    with bench.database.transaction() as session:
        address = people.at_address(session, "phone", "phone", "bác Rớt")
        assert address is not None
        now = bench.clock.now()
        moments = tuple(Moment(f"{n}", now) for n in range(3))
        until = now + timedelta(hours=2)
        task = Task("test.ask", 1, address.person_id, "today", now, moments, until)
        others = [replace(task, subject_id=n) for n in range(2, 6)]
        work = asked._work(session, now)
        for one, moment in [(task, moments[0]), *((other, moments[0]) for other in others), (task, moments[1])]:
            announced = reminders._announce(work, one, moment, AnnouncedStatus.TOLD, "")
            assert announced is not None
            asked._say(work, Due(one, moment, announced))
        missed = session.scalars(select(Announced).where(Announced.status == AnnouncedStatus.MISSED)).all()
        assert [(row.subject_id, row.reason) for row in missed] == [(5, outbox.ENOUGH)]
    await bench.service.settle()
    assert bench.seen("bác Rớt") == ["Đi chưa ạ?"] * 5


LINES = st.builds(
    Outgoing,
    st.sampled_from(
        ["Chào bác Rớt. Em Chi đã đi học ạ.", "⚠️ Cô Hoa đã sửa.", "Bác Rin đã thăm nhà em Bé.", "Dài " * 60]
    ),
    st.lists(
        st.builds(Choice, st.sampled_from([f"!visits:{n}" for n in range(12)] + ["!tasks", "!menu"]), st.just("Xem")),
        max_size=2,
    ).map(
        lambda some: tuple(Choice(one.value, f"Xem {one.value[1:]}", number=str(n)) for n, one in enumerate(some, 1))
    ),
    brief=st.none()
    | st.builds(Brief, st.just("Có tin của em Chi."), st.just(Choice("!visits:99", "Xem em Chi", number="1"))),
)


@given(st.lists(LINES, min_size=2, max_size=9))
def test_a_message_of_several_keeps_every_part_and_every_rule_of_the_voice(parts: list[Outgoing]) -> None:
    parts = [one for one in parts if together.may_join(one) and one.choices]
    whole = together.joined(READER, parts) if parts else None
    if whole is None or len(parts) < 2:
        return
    assert faults(whole) == []
    assert len(whole.text) <= together.LIST
    assert whole.text.count("Chào bác Rớt.") <= 1
    assert whole.text.count("•") == len(parts)
    assert whole.choices
    offered = {choice.value for choice in whole.choices}
    for part in parts:
        own = [part.brief.choice] if part.brief and part.brief.choice else list(part.choices)
        assert {choice.value for choice in own if choice.value not in together.EVERYWHERE} <= offered
    assert [choice.number for choice in whole.choices] == [str(n) for n in range(1, len(whole.choices) + 1)]
    assert len({choice.label for choice in whole.choices}) == len(whole.choices)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_told_when_each_part_is_seen_once_and_at_most_four_messages_a_day_count(
    bench: Bench, seed: int
) -> None:
    """Each is told for some second, counted or always, alone or not, and some are taken back at once."""
    dice = random.Random(seed)
    wanted = []
    for number in range(dice.randint(6, 14)):
        at = bench.clock.now() + timedelta(seconds=dice.randint(1, 400))
        more = {"is_counted": dice.random() < 0.7, "is_alone": dice.random() < 0.3}
        tell(bench, news(number), f"meeting:{number}", at=at, **more)
        if dice.random() < 0.2:
            with bench.database.transaction() as session:
                assert memory.withdraw(session, f"meeting:{number}") == 1
        else:
            wanted.append(f"Tin {number}.")
    while (following := next_due(bench)) is not None:
        bench.clock.move_to(following)
        await bench.service.settle()
    seen = [line.removeprefix("• ") for text in bench.seen("bác Rớt") for line in text.split("\n")]
    assert sorted(line for line in seen if line.startswith("Tin")) == sorted(wanted)
    assert all(faults(shown.message) == [] for shown in bench.screens.screens["bác Rớt"])
    with bench.database.transaction() as session:
        sent = session.scalars(select(Outbox).where(Outbox.status == OutboxStatus.SENT)).all()
    counted: dict[date, set[str]] = {}
    for row in sent:
        assert row.sent_at is not None
        counted.setdefault(row.sent_at.astimezone(VIETNAM).date(), set()).update([row.message_id] * row.is_counted)
    assert max(map(len, counted.values())) <= 4
    assert len({row.message_id for row in sent}) == len(bench.seen("bác Rớt"))


def next_due(bench: Bench) -> datetime | None:
    """When the next message leaves."""
    with bench.database.transaction() as session:
        return session.scalar(select(func.min(Outbox.due_at)).where(Outbox.status == OutboxStatus.QUEUED))
