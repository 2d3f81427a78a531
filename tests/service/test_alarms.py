"""Alarms of the running service: guessed codes, a clock that cannot be believed, a dead channel, a refused file."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.channel import Rejected, SendError
from bot.clock import VIETNAM
from bot.conversations import NOTICES
from bot.messages import Attachment, Kind, Outgoing
from bot.rules import people
from bot.rules.work import Notice, Work
from bot.service import outbox
from bot.service.watch import Watch
from storage import people as stored
from storage.alarms import Alarm, AlarmKind
from storage.attendance import Register
from storage.chat import Inbox, Outbox, Pace
from storage.people import CodeTry, Invite, Person, Role, Status
from storage.reminders import Announced, recall
from tests.service.stage import Bench
from tests.world import KEY, World

QUESTION = "Sáng nay lớp 6A (31 em) có em nào vắng không ạ?"
CLOCK_WRONG = "⚠️ Giờ trên máy chạy Ra Lớp đang là"


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2024, 3, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture
def bench(long_mon_url: str) -> Any:
    """The service at seven in the morning, with an administrator."""
    made = Bench(long_mon_url, at(7))
    with made.database.transaction() as session:
        world = World(session, at(7))
        world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=world.commune().id)
    yield made
    made.close()


def open_kinds(bench: Bench) -> list[str]:
    with bench.database.transaction() as session:
        return list(session.scalars(select(Alarm.kind).where(Alarm.ended_at.is_(None)).order_by(Alarm.id)))


def sets(bench: Bench, moment: datetime) -> None:
    """Somebody sets the clock of the machine, also back."""
    bench.clock._at = moment


async def ticks(bench: Bench) -> None:
    await bench.service.tick()
    await bench.service.settle()


# Guessed codes (T3)


async def test_forty_chats_guess_thirty_codes_each_and_nobody_gets_in(bench: Bench) -> None:
    with bench.database.transaction() as session:
        world = World(session, at(7))
        spent = {}
        for code, name in (("4444-4444", "Đinh Văn Dôn"), ("5555-5555", "Đinh Văn Tro")):
            person = world.village_head(name, of="Làng Trê", form="", joined=False)
            people.invite(world.work, KEY, person, code=code)
            spent[code] = session.scalars(select(Invite).where(Invite.person_id == person.id)).one()
        spent["4444-4444"].used_at, spent["5555-5555"].expires_at = at(6), at(6)
        live = world.village_head("Đinh Văn Nghĩa", of="Làng Trê", form="", joined=False)
        people.invite(world.work, KEY, live, code="7777-7777")
        joined = session.scalar(select(func.count()).select_from(Person).where(Person.status == Status.ACTIVE))
    started = bench.clock.now()
    signs = "23456789ABCDEFGHJKMNPQRSTUVWXY"
    for chat in range(40):
        codes = ["4444-4444", "5555-5555", *(f"{signs[chat % 30]}{signs[i]}K3-9{signs[i]}XM" for i in range(28))]
        updates = [bench.channel.update(f"máy lạ {chat}", bench.clock.now(), text=code) for code in codes]
        await bench.service.take(bench.channel, updates)
        await bench.service.settle()
    bench.clock.move_to(started + timedelta(seconds=15))
    await ticks(bench)
    for chat in range(40):
        seen = bench.seen(f"máy lạ {chat}")
        assert len(seen) == 8
        assert seen[0] == "Mã này đã dùng rồi. Xin gọi người mời để lấy mã mới."
        assert seen[1].startswith("Mã này hết hạn hôm 20/3.")
        assert all(text.startswith("Chưa thấy mã") for text in seen[2:7])
        assert seen[7].startswith("Xin thử lại sau 15 phút")
    (alarm,) = bench.seen("anh Lập")
    assert alarm.startswith("⚠️ Trong một ngày có hơn 50 lần gõ mã mời chưa đúng")
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.status == Status.ACTIVE)) == joined
        assert (session.scalars(select(Alarm)).one().raised_at - started).total_seconds() <= 60
        assert session.scalar(select(func.count()).select_from(CodeTry).where(~CodeTry.is_unread)) == 200


async def test_who_must_wait_is_answered_on_other_words_and_gets_in_afterwards(bench: Bench) -> None:
    with bench.database.transaction() as session:
        world = World(session, at(7))
        head = world.village_head("Đinh Văn Nghĩa", of="Làng Trê", form="", joined=False)
        people.invite(world.work, KEY, head, code="7777-7777")
    for _ in range(7):
        await bench.says("máy lạ", "7K3P-9QXM")
    assert len(bench.seen("máy lạ")) == 6
    await bench.says("máy lạ", "alo")
    assert bench.seen("máy lạ")[-1].startswith("Xin thử lại sau 15 phút")
    bench.clock.move_to(at(7, 16))
    await bench.says("máy lạ", "7777-7777")
    assert bench.seen("máy lạ")[-1].startswith("Mã đúng. Người được mời là Đinh Văn Nghĩa")


# A clock that cannot be believed (F12)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("wrong", [at(6, 20), datetime(1970, 1, 1, 9, tzinfo=VIETNAM)])
async def test_a_clock_behind_what_was_written_holds_reminders_takes_reports_and_alarms(
    bench: Bench, wrong: datetime, restarted: bool
) -> None:
    await bench.service.advance(bench.clock, at(7, 14))
    sets(bench, wrong)
    if restarted:
        await bench.restart()
    await ticks(bench)
    await ticks(bench)
    await bench.says("cô Hoa", "báo vắng")
    assert "Sáng nay" in bench.seen("cô Hoa")[-1] or "Em nào vắng ạ?" in bench.seen("cô Hoa")[-1]
    await bench.says("cô Hoa", "1")
    await bench.says("cô Hoa", "xong")
    await bench.says("bác Rớt", "menu")
    assert bench.seen("bác Rớt")
    with bench.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Announced)) == 0
        assert datetime.fromisoformat(recall(session, "tick")["at"]) == at(7, 14)
    assert [text.startswith(CLOCK_WRONG) for text in bench.seen("anh Lập")] == [True]
    assert open_kinds(bench) == [AlarmKind.CLOCK]
    sets(bench, at(7, 16))
    await ticks(bench)
    assert open_kinds(bench) == []
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1


async def test_a_report_at_a_wrong_hour_counts_for_the_right_day(bench: Bench) -> None:
    await bench.service.advance(bench.clock, at(7, 14))
    sets(bench, at(9, day=10))
    await ticks(bench)
    await bench.says("cô Hoa", "vắng 6A: Bình ốm")
    await bench.says("cô Hoa", "1")
    assert "✅ Đã ghi lúc 7:14" in bench.seen("cô Hoa")[-1]
    with bench.database.transaction() as session:
        assert session.scalars(select(Register.day)).all() == [at(7).date()]


async def test_ten_minutes_back_are_no_alarm_and_nothing_is_said_twice(bench: Bench) -> None:
    sets(bench, at(7, 16))
    await ticks(bench)
    sets(bench, at(7, 8))
    await bench.service.advance(bench.clock, at(7, 20))
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1
    assert bench.seen("anh Lập") == []


async def test_a_start_after_days_of_being_off_is_no_jump(bench: Bench) -> None:
    bench.service.schedule.watch.steady = Steady()
    await ticks(bench)
    await bench.restart()
    bench.service.schedule.watch.steady = Steady()
    sets(bench, at(7, 16, day=27))
    await ticks(bench)
    assert open_kinds(bench) == []
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1


async def test_a_moved_clock_of_a_rehearsal_may_leap_ahead(bench: Bench) -> None:
    await ticks(bench)
    sets(bench, at(7, 16, day=27))
    await ticks(bench)
    assert open_kinds(bench) == []


class Steady:
    """The seconds that nobody sets."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


async def passes(bench: Bench, steady: Steady, seconds: float) -> None:
    """Both clocks go on together; then a tick."""
    steady.seconds += seconds
    sets(bench, bench.clock.now() + timedelta(seconds=seconds))
    await ticks(bench)


async def test_a_jump_of_days_while_running_holds_everything_until_the_clock_is_put_back(bench: Bench) -> None:
    steady = bench.service.schedule.watch.steady = Steady()
    await ticks(bench)
    sets(bench, bench.clock.now() + timedelta(days=3))
    await passes(bench, steady, 15 * 60)
    assert not any(QUESTION in text for text in bench.seen("cô Hoa"))
    assert [text.startswith(CLOCK_WRONG) for text in bench.seen("anh Lập")] == [True]
    await bench.says("cô Hoa", "danh sách")
    with bench.database.transaction() as session:
        address = stored.at_address(session, "phone", "phone", "bác Rớt")
        assert address is not None
        now = bench.clock.now()
        later = {"kind": "test", "subject": "", "now": now, "due_at": now + timedelta(minutes=2)}
        outbox.push(session, address, Outgoing("tin chờ"), **later)
        session.add(Pace(channel="phone", bot="phone", address="", not_before=now + timedelta(seconds=30)))
    sets(bench, bench.clock.now() - timedelta(days=3))
    await passes(bench, steady, 15)
    assert open_kinds(bench) == []
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1
    await passes(bench, steady, 120)
    assert bench.seen("bác Rớt") == ["tin chờ"]


async def test_after_such_a_jump_and_a_restart_in_between_work_goes_on_too(bench: Bench) -> None:
    steady = bench.service.schedule.watch.steady = Steady()
    await ticks(bench)
    sets(bench, bench.clock.now() + timedelta(days=3))
    await bench.says("cô Hoa", "danh sách")
    await passes(bench, steady, 15)
    sets(bench, at(7, 16))
    await bench.restart()
    bench.service.schedule.watch.steady = steady
    await passes(bench, steady, 15)
    assert open_kinds(bench) == []
    assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1


@pytest.mark.parametrize("days", [6, -3])
async def test_a_jump_that_the_platform_confirms_is_the_right_hour_at_last(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    steady = bench.service.schedule.watch.steady = Steady()
    await ticks(bench)
    told = {"trouble": None, "last_good_poll": None, "server_ahead_s": -4.0}
    monkeypatch.setattr(bench.channel, "health", lambda: told)
    sets(bench, bench.clock.now() + timedelta(days=days))
    await passes(bench, steady, 16 * 60)
    assert open_kinds(bench) == []
    if days > 0:  # the other one is a Sunday
        assert sum(QUESTION in text for text in bench.seen("cô Hoa")) == 1


async def test_a_platform_of_another_hour_confirms_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    steady = bench.service.schedule.watch.steady = Steady()
    await ticks(bench)
    told = {"trouble": None, "last_good_poll": None, "server_ahead_s": -3 * 86_400.0}
    monkeypatch.setattr(bench.channel, "health", lambda: told)
    sets(bench, bench.clock.now() + timedelta(days=3))
    await passes(bench, steady, 15)
    assert open_kinds(bench) == [AlarmKind.CLOCK]


# Channels


async def test_a_dead_channel_and_late_messages_are_told_in_their_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {"trouble": "not reached", "last_good_poll": at(7).isoformat()}
    monkeypatch.setattr(bench.channel, "health", lambda: told)
    raised = await minutes_until(bench, AlarmKind.SILENT, 40)
    assert raised == 30
    with bench.database.transaction() as session:
        address = stored.at_address(session, "phone", "phone", "cô Hoa")
        assert address is not None
        due = bench.clock.now()
        outbox.push(session, address, Outgoing("tin kẹt"), kind="test", subject="", due_at=due, now=due)
    told |= {"trouble": None}
    raised = await minutes_until(bench, AlarmKind.OVERDUE, 10, sending=False)
    assert raised == 6  # for more than five minutes it was seen well
    assert AlarmKind.SILENT not in open_kinds(bench)


async def minutes_until(bench: Bench, kind: AlarmKind, at_most: int, *, sending: bool = True) -> int:
    """Lets minute after minute pass until an alarm stands open."""
    for minute in range(at_most + 1):
        await bench.service.tick()
        if sending:
            await bench.service.settle()
        if kind in open_kinds(bench):
            return minute
        sets(bench, bench.clock.now() + timedelta(minutes=1))
    raise AssertionError(f"no {kind} within {at_most} minutes")


async def test_a_machine_that_slept_finds_nothing_overdue_before_it_could_send(bench: Bench) -> None:
    await ticks(bench)
    sets(bench, at(9))
    with bench.database.transaction() as session:
        address = stored.at_address(session, "phone", "phone", "cô Hoa")
        assert address is not None
        outbox.push(session, address, Outgoing("tin"), kind="test", subject="", due_at=at(7, 30), now=at(7))
    await ticks(bench)
    assert open_kinds(bench) == []


async def test_the_alarm_of_a_dead_channel_takes_another_one_where_there_is_another(bench: Bench) -> None:
    with bench.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.name == "Đinh Văn Lập")).one()
        people.link(Work(session, at(7), at(7).date()), person, "telegram", "11", "500")
        addresses = stored.addresses(session, person.id)
        assert [one.channel for one in addresses] == ["phone", "telegram"]
        for failed, expected in (("", "phone"), ("phone", "telegram"), ("telegram", "phone"), ("zalo", "phone")):
            found = outbox.first_address(session, person.id, avoid=failed)
            assert found is not None
            assert found.channel == expected


def test_every_alarm_is_one_push_with_at_most_one_particle_and_a_way_on(bench: Bench) -> None:
    with bench.database.transaction() as session:
        person = session.scalars(select(Person).where(Person.name == "Đinh Văn Lập")).one()
        work = bench.service.schedule._work(session, bench.clock.now())
        chat = outbox.chat_for(work, person.id, bench.service.schedule.wording)
        assert chat is not None
        for channel, kind in itertools.product(("telegram", "zalo"), AlarmKind):
            alarm = Alarm(kind=kind, channel=channel, bot="11", raised_at=bench.clock.now())
            session.add(alarm)
            session.flush()
            kind_of_notice = f"alarms.{kind}"
            message = NOTICES[kind_of_notice](chat, Notice(person.id, kind_of_notice, alarm.id))
            assert message is not None
            assert len(message.text) <= 300, (len(message.text), message.text)
            assert message.text.count(" ạ") <= 1
            assert message.text.startswith("⚠️ ")
            assert ("BotFather" in message.text) == ((channel, kind) == ("telegram", AlarmKind.STOLEN))
            assert [choice.caption for choice in message.choices] == ["1. Trục trặc hiện có", "2. Menu"]


# A file that is refused for good


def refused(kind: Kind) -> Callable[[str, Outgoing], SendError | None]:
    return lambda address, message: Rejected("wrong file") if message.attachment is not None else None


async def test_who_asked_for_a_file_that_is_refused_hears_so_with_a_way_on(bench: Bench) -> None:
    bench.channel.fails = refused(Kind.VOICE)
    file = Outgoing("Tin thoại", attachment=Attachment(Kind.VOICE, "v", seconds=18))
    with bench.database.transaction() as session:
        address = stored.at_address(session, "phone", "phone", "cô Hoa")
        assert address is not None
        values = {"channel": "phone", "bot": "phone", "address": "cô Hoa", "due_at": at(7), "queued_at": at(7)}
        values |= {"person_id": address.person_id, "kind": "reply", "payload": file.as_json()}
        session.add(Outbox(**values))
        session.add(Outbox(**{**values, "is_push": True}))
    await bench.service.settle()
    (shown,) = bench.screens.screens["cô Hoa"]
    assert shown.text == "Tệp này không gửi qua đây được. Cần tệp thì cô gọi chị Thu, UBND xã: 0255 000 000 giúp ạ."
    assert shown.captions == ["1. Việc của tôi", "2. Menu"]


# Codes in clear (T26)


async def test_a_code_that_is_used_or_expired_stands_nowhere_in_the_database_after_the_night(
    bench: Bench, tmp_path: Path
) -> None:
    codes = []
    for name in ("Đinh Văn Dôn", "Đinh Văn Tro", "Đinh Văn Rin"):
        for line in ("mời", "2", "Làng Trê", name, "bỏ qua", "1"):
            await bench.says("anh Lập", line)
        text = bench.seen("anh Lập")[-1]
        codes.append(text.partition("Mã mời: ")[2][:9])
        sets(bench, bench.clock.now() + timedelta(minutes=1))
    for line in (codes[0].lower().replace("-", " "), "1", "1"):
        await bench.says("máy mới", line)
    assert "✅ Xong rồi ạ" in bench.seen("máy mới")[-1]
    assert all(code in _file(tmp_path) for code in codes)
    assert codes[0].lower().replace("-", " ") in _file(tmp_path)
    await bench.service.advance(bench.clock, at(3, 1, day=21))
    assert [code in _file(tmp_path) for code in codes] == [False, True, True]
    assert codes[0].lower().replace("-", " ") not in _file(tmp_path)
    await bench.service.advance(bench.clock, at(3, 1, day=24))
    assert not any(code in _file(tmp_path) for code in codes)
    with bench.database.transaction() as session:
        kept = [row.payload or {} for row in session.scalars(select(Outbox).where(Outbox.kind == "reply"))]
        assert sum("••••-••••" in str(payload.get("text")) for payload in kept) == 3
        assert session.scalar(select(func.count()).select_from(Inbox).where(Inbox.raw.is_not(None))) == 18


def _file(folder: Path) -> str:
    return (folder / "ralop.sqlite3").read_bytes().decode("utf-8", "replace")


def test_a_watch_without_channels_shows_nothing(bench: Bench) -> None:
    with bench.database.transaction() as session:
        signs = Watch(bench.clock).signs(session, bench.clock.now())
    assert (signs.lines, signs.is_clock_wrong, signs.backs_up) == ((), False, False)
