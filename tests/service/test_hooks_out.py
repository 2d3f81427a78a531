"""Programs that are told: what they hear is signed, nameless and the same at every try, whatever fails or is killed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import keys
from bot.clock import VIETNAM
from bot.rules import attendance, calendar, cases, coverage, people
from bot.rules import hooks_out as rules
from bot.rules.attendance import Line
from bot.rules.calendar import Days, Where
from bot.rules.work import Refused
from bot.service import outside
from bot.service.hooks_out import AT_ONCE, HooksOut, secret_of
from bot.service.outside import Unsent
from storage import backup
from storage import hooks_out as stored
from storage.attendance import Half, Reason
from storage.calendar import Why
from storage.cases import Case, Outcome
from storage.database import Database
from storage.hooks_out import DeliveryStatus, Hook, HookDelivery, HookEvent
from storage.people import Person
from storage.pupils import Pupil
from storage.scope import Scope
from tests.running import Running
from tests.service.receiver import Letter, Receiver
from tests.service.stage import Bench
from tests.world import CLASS_6A, KEY, World

SOON = timedelta(minutes=2, seconds=1)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


def add(bench: Bench, url: str, *events: HookEvent) -> str:
    """Adds an address; returns its secret."""
    with bench.database.transaction() as session:
        row = rules.add(World(session, bench.clock.now()).work, url, [*events] or [*HookEvent])
        return secret_of(KEY, row.salt)


def act(bench: Bench, what: Callable[[World], Any], who: str = "Đinh Thị Hoa") -> Any:
    """Somebody does something now, in one transaction."""
    with bench.database.transaction() as session:
        world = World(session, bench.clock.now())
        world.acting(session.scalars(select(Person).where(Person.name == who)).one() if who else None)
        return what(world)


def open_case(world: World, name: str = "Đinh Thị Chi") -> Case:
    child = world.session.scalars(select(Pupil).where(Pupil.name == name)).one()
    return cases.open_and_ask(world.work, child.id)


async def later(bench: Bench, by: timedelta = SOON) -> int:
    bench.clock.move_to(bench.clock.now() + by)
    return await bench.service.hooks_out.pump()


def deliveries(bench: Bench) -> list[HookDelivery]:
    with bench.database.transaction() as session:
        return list(session.scalars(select(HookDelivery).order_by(HookDelivery.id)))


def names(bench: Bench) -> list[str]:
    with bench.database.transaction() as session:
        return [*session.scalars(select(Pupil.name)), *session.scalars(select(Person.name))]


def _commune(world: World) -> Scope:
    return Scope(communes=frozenset({world.commune().id}))


# What is told


async def test_a_new_case_is_told_once_signed_and_without_a_name(bench: Bench, there: Receiver) -> None:
    secret = add(bench, there.url)
    case = act(bench, open_case)
    assert await later(bench, timedelta(minutes=1)) == 0
    assert await later(bench) == 1
    assert await later(bench) == 0
    (letter,) = there.letters
    assert letter.is_signed_with(secret)
    assert not letter.is_signed_with(secret_of(KEY, "another"))
    assert letter.path == "/told?by=ralop"
    assert letter.told["type"] == "case.opened"
    assert letter.told["timestamp"] == "2024-03-20T08:00:00+07:00"
    told = letter.told["data"]
    assert (told["case_id"], told["pupil_id"], told["class"], told["village"]) == (
        case.id, case.pupil_id, "6A", "Cà Xen",
    )  # fmt: skip
    assert (told["opened_by"], told["rule"], told["reopened"]) == ("person", None, 0)
    assert [name for name in names(bench) if name in letter.body.decode()] == []


async def test_a_case_that_a_rule_opens_is_told_with_the_number_of_the_rule(bench: Bench, there: Receiver) -> None:
    add(bench, there.url, HookEvent.CASE_OPENED)

    def away(world: World) -> None:
        child = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
        class_id = people.classes_taught(world.work)[0]
        for day in (18, 19, 20):
            lines = [Line.absent(child.id, Reason.FIELDS)]
            attendance.report(world.work, class_id, date(2024, 3, day), Half.MORNING, lines)

    act(bench, away)
    await later(bench)
    (letter,) = there.letters
    assert letter.told["data"]["opened_by"].startswith("R")
    assert "fields" not in letter.body.decode()


async def test_a_case_that_was_a_slip_of_the_roll_is_not_told(bench: Bench, there: Receiver) -> None:
    add(bench, there.url)

    def corrected(world: World) -> None:
        case = open_case(world)
        case.closed_at, case.outcome = world.work.now, Outcome.CORRECTED

    act(bench, corrected)
    await later(bench)
    assert there.letters == []
    assert [one.status for one in deliveries(bench)] == [DeliveryStatus.WITHDRAWN]


async def test_what_is_taken_back_with_its_transaction_is_not_told(bench: Bench, there: Receiver) -> None:
    add(bench, there.url)

    def broken(world: World) -> None:
        open_case(world)
        raise Refused("outside_scope")

    with pytest.raises(Refused):
        act(bench, broken)
    await later(bench)
    assert (there.letters, deliveries(bench)) == ([], [])


async def test_closed_days_are_told_at_once_and_again_when_they_are_taken_back(bench: Bench, there: Receiver) -> None:
    add(bench, there.url, HookEvent.DAYS_CLOSED)
    days = Days(date(2024, 3, 21), date(2024, 3, 22))
    decision = act(
        bench, lambda world: calendar.close(world.work, Where(), days, Why.FLOOD, "lũ ở suối Nước Trong"), ""
    )
    await later(bench, timedelta(0))
    act(bench, lambda world: calendar.take_back(world.work, decision.id), "")
    await later(bench, timedelta(0))
    told = [letter.told["data"] for letter in there.letters]
    assert [one["in_force"] for one in told] == [True, False]
    assert (told[0]["closure_id"], told[0]["from"], told[0]["to"], told[0]["why"]) == (
        decision.id, "2024-03-21", "2024-03-22", "flood",
    )  # fmt: skip
    assert "Nước Trong" not in there.letters[0].body.decode()
    act(bench, lambda world: calendar.watch(world.work, Where(), days, Why.FLOOD), "")
    await later(bench)
    assert len(there.letters) == 2


async def test_the_figures_of_a_day_are_told_at_five_once_and_are_those_of_the_digest(
    bench: Bench, there: Receiver
) -> None:
    add(bench, there.url, HookEvent.DAY_REPORTED)

    def roll(world: World) -> None:
        child = world.session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
        class_id = people.classes_taught(world.work)[0]
        attendance.report(
            world.work, class_id, date(2024, 3, 20), Half.MORNING, [Line.absent(child.id, Reason.ILL)]
        )  # fmt: skip

    act(bench, roll)
    bench.clock.move_to(datetime(2024, 3, 20, 16, 59, tzinfo=VIETNAM))
    assert await later(bench, timedelta(0)) == 0
    for _ in range(3):
        await later(bench, timedelta(minutes=1))
    (letter,) = there.letters
    figures = act(bench, lambda world: coverage.day(_commune(world), world.work, date(2024, 3, 20)))
    told = letter.told["data"]
    assert (told["date"], told["classes_due"], told["classes_reported"], told["classes_missing"]) == (
        "2024-03-20", 1, 1, [],
    )  # fmt: skip
    assert (told["enrolled"], told["present"], told["absent"]) == (figures.roll, figures.present, figures.absent)
    assert told["absent"] == 1
    assert "ill" not in letter.body.decode()


async def test_five_o_clock_that_passed_while_we_were_away_is_told_the_next_morning_but_no_older_day(
    bench: Bench, there: Receiver
) -> None:
    add(bench, there.url, HookEvent.DAY_REPORTED)
    bench.clock.move_to(datetime(2024, 3, 22, 7, 0, tzinfo=VIETNAM))
    await later(bench, timedelta(0))
    assert [letter.told["data"]["date"] for letter in there.letters] == ["2024-03-21"]
    bench.clock.move_to(datetime(2024, 3, 24, 18, 0, tzinfo=VIETNAM))  # a Sunday: there is no school, nor on Saturday
    await later(bench, timedelta(0))
    assert len(there.letters) == 1


# What fails


async def test_errors_silence_and_redirects_are_tried_again_with_the_same_id(
    bench: Bench, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "WAIT_S", 0.3)
    there.answers = [500, 302, 0, 410, 204]
    secret = add(bench, there.url)
    act(bench, open_case)
    await later(bench)
    errors, pauses = [], []
    for _ in range(4):
        (row,) = deliveries(bench)
        errors.append(row.error)
        pauses.append((row.due_at - bench.clock.now()) / timedelta(minutes=1))
        assert await later(bench, row.due_at - bench.clock.now() - timedelta(seconds=1)) == 0
        await later(bench, timedelta(seconds=1))
    assert errors == ["http 500", "http 302", "timeout", "http 410"]
    assert pauses == [1, 2, 4, 8]
    (row,) = deliveries(bench)
    assert (row.status, row.attempts, row.error) == (DeliveryStatus.SENT, 5, "")
    assert len({letter.id for letter in there.letters}) == 1
    assert len({letter.at_s for letter in there.letters}) == 5
    assert all(letter.is_signed_with(secret) and letter.path.startswith("/told") for letter in there.letters)


async def test_after_a_day_it_is_given_up_and_no_sooner(bench: Bench, there: Receiver) -> None:
    there.answers = [503]
    add(bench, there.url, HookEvent.CASE_OPENED)
    act(bench, open_case)
    began = bench.clock.now()
    await later(bench)
    while (row := deliveries(bench)[0]).status == DeliveryStatus.QUEUED:
        await later(bench, row.due_at - bench.clock.now())
    assert (row.status, row.error) == (DeliveryStatus.GIVEN_UP, "http 503")
    assert row.done_at == began + timedelta(days=1)
    assert len(there.letters) == row.attempts == 12
    await later(bench, timedelta(days=1))
    assert len(there.letters) == 12


async def test_one_that_does_not_answer_keeps_no_other_waiting_and_its_own_come_later(
    bench: Bench, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "WAIT_S", 0.3)
    with Receiver(answers=[0]) as silent:
        add(bench, silent.url)
        add(bench, there.url)
        for name in ("Đinh Thị Chi", "Đinh Văn Dút", "Đinh Thị Đào"):
            act(bench, lambda world, name=name: open_case(world, name))  # type: ignore[misc]
        await later(bench)
        assert (len(there.letters), len(silent.letters)) == (3, 1)
        silent.answers = [200]
        silent.let_go.set()
        await later(bench)
        assert len({letter.id for letter in silent.letters}) == 3


async def test_a_dead_address_with_much_to_hear_starves_nobody_is_left_alone_and_hears_all_in_the_end(
    bench: Bench, there: Receiver
) -> None:
    with Receiver(answers=[500]) as dead:
        add(bench, dead.url, HookEvent.CASE_OPENED)
        add(bench, there.url, HookEvent.DAYS_CLOSED)
        children = 25  # more than are read at once
        act(bench, lambda world: [open_case(world, name) for name in CLASS_6A[:children]])
        days = Days(date(2024, 3, 21), date(2024, 3, 21))
        act(bench, lambda world: calendar.close(world.work, Where(), days, Why.FLOOD), "")
        for _ in range(4):
            await later(bench, timedelta(minutes=3))
        assert len(there.letters) == 1
        assert len(dead.letters) == 3  # after 3, 6 and 9 minutes; the fourth look falls into the pause
        dead.answers = [200]
        await later(bench, timedelta(minutes=3))
        await later(bench, timedelta(0))
        await later(bench, timedelta(0))
        assert len({letter.id for letter in dead.letters}) == children > AT_ONCE


async def test_what_waits_for_a_removed_address_is_dropped(bench: Bench, there: Receiver) -> None:
    add(bench, there.url)
    act(bench, open_case)
    act(bench, lambda world: rules.remove(world.work, world.session.scalars(select(Hook.id)).one()), "")
    await later(bench)
    assert (there.letters, [one.status for one in deliveries(bench)]) == ([], [DeliveryStatus.WITHDRAWN])


async def test_a_restored_backup_tells_nothing_old(bench: Bench, there: Receiver, tmp_path: Path) -> None:
    add(bench, there.url)
    act(bench, open_case)
    file = Path(bench.url.removeprefix("sqlite:///"))
    backup.copy(file, tmp_path / "b.sqlite3")
    bench.clock.move_to(datetime(2024, 3, 20, 17, 30, tzinfo=VIETNAM))
    assert await bench.service.hooks_out.pump() == 2
    bench.close()
    backup.restore(tmp_path / "b.sqlite3", file, bench.clock.now())
    await bench.restart()
    for _ in range(3):
        await later(bench, timedelta(hours=1))
    assert len(there.letters) == 2
    await later(bench, timedelta(days=1))
    assert [letter.told["type"] for letter in there.letters[2:]] == ["day.reported"]


# Where it may not go


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x", "ftp://127.0.0.1/x", "https://", "https://a b.example/", "https://u:p@example.org/",
        "https://example.org/#x", "https://exämple.org/", "https://example.org:99999/", "http://127.0.0.1@example.org/",
        "http://127.1/", "http://localhost.example/", "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "",
        "https://example.org/" + "x" * 500, "https://example.org\\@127.0.0.1/", "https://example.org/\r\nX: y",
    ],
)  # fmt: skip
def test_an_address_that_is_none_of_ours_is_not_added(bench: Bench, url: str) -> None:
    with pytest.raises(Refused, match="hook_url"):
        add(bench, url)


PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:1::1",
    "ff02::1", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_into_a_network_is_refused_also_beside_a_public_one(address: str) -> None:
    for found in ([address], ["203.0.114.7", address], [address, "2606:4700::1"]):

        async def look_up(host: str, port: int, found: list[str] = found) -> list[str]:
            return found

        with pytest.raises(Unsent, match="private address"):
            await outside.judged("https://hook.example/x", look_up)


async def test_only_an_address_that_says_so_itself_leads_to_this_machine() -> None:
    async def home(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def away(host: str, port: int) -> list[str]:
        return ["203.0.114.7"]

    for url in ("https://hook.example/", "https://127.hook.example/", "https://localhost.example/"):
        with pytest.raises(Unsent, match="private address"):
            await outside.judged(url, home)
        assert await outside.judged(url, away) == "203.0.114.7"
    assert await outside.judged("http://localhost:1/", home) == "127.0.0.1"
    with pytest.raises(Unsent, match="private address"):
        await outside.judged("http://localhost:1/", away)


async def test_a_name_is_looked_up_once_a_try_and_the_judged_address_is_the_one_that_is_reached(
    there: Receiver,
) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) gains nothing."""
    asked: list[str] = []

    async def once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    headers = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    await outside.post(there.url.replace("127.0.0.1", "localhost"), b"{}", headers, look_up=once)
    assert (asked, len(there.letters)) == (["localhost"], 1)


async def test_a_name_nobody_knows_and_a_closed_door_are_tried_again(bench: Bench) -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    add(bench, "https://hook.example/x", HookEvent.CASE_OPENED)
    act(bench, open_case)
    bench.clock.move_to(bench.clock.now() + SOON)
    assert await HooksOut(bench.database, bench.clock, KEY, nobody).pump() == 0
    assert [(one.status, one.error) for one in deliveries(bench)] == [("queued", "no such host")]
    with pytest.raises(Unsent, match="no connection"):
        await outside.post("http://127.0.0.1:9/", b"{}", {})


def test_the_secret_stands_nowhere_in_the_database(bench: Bench) -> None:
    secret = add(bench, "https://hook.example/x")
    with bench.database.transaction() as session:
        assert secret not in str([vars(one) for one in session.scalars(select(Hook))])
    assert secret.removeprefix("whsec_").encode() not in Path(bench.url.removeprefix("sqlite:///")).read_bytes()


@pytest.mark.postgres
async def test_on_postgresql_it_is_the_same(postgres_url: str, there: Receiver) -> None:
    bench = Bench(postgres_url)
    try:
        secret = add(bench, there.url)
        act(bench, open_case)
        there.answers = [500, 200]
        assert [await later(bench) for _ in range(3)] == [0, 1, 0]
        assert len({letter.id for letter in there.letters}) == 1
        assert all(letter.is_signed_with(secret) for letter in there.letters)
        bench.clock.move_to(datetime(2024, 3, 20, 17, 0, tzinfo=VIETNAM))
        assert [await later(bench) for _ in range(2)] == [1, 0]
        act(bench, lambda world: stored.forget(world.session, world.work.now + timedelta(days=1)), "")
        assert deliveries(bench) == []
    finally:
        bench.close()


# Killed


def test_killed_while_it_was_telling_it_tells_again_with_the_same_id(
    long_mon_template: Path, tmp_path: Path, there: Receiver
) -> None:
    """`ralop run` in its own process: an error, then a kill -9 in the middle of a try, then an answer."""
    file = tmp_path / "ralop.sqlite3"
    shutil.copy(long_mon_template, file)
    url, key = f"sqlite:///{file}", keys.load_or_make(tmp_path)
    secret = _with_a_case(url, key, there.url)
    clock = tmp_path / "clock"
    clock.write_text("2024-03-20T08:05:00+07:00", "utf-8")
    there.answers = [500, 0, 200]
    running = Running(url, tmp_path, settings={"RALOP_CLOCK": f"file:{clock}"})
    with running:
        _until(there, 1)
        clock.write_text("2024-03-20T08:08:00+07:00", "utf-8")
        _until(there, 2)
        running.kill()
        running.start()
        _until(there, 3)
        row = _noted(url)
        assert running.stop() == 0
    assert (row.status, row.attempts) == (DeliveryStatus.SENT, 2)
    assert len({letter.id for letter in there.letters}) == 1
    assert len(there.letters) == 3
    assert all(letter.is_signed_with(secret) for letter in there.letters)
    assert secret.removeprefix("whsec_") not in running.log.read_text("utf-8")


def _with_a_case(url: str, key: bytes, hook: str) -> str:
    database = Database(url)

    def made(session: Session) -> str:
        world = World(session, datetime(2024, 3, 20, 8, 0, tzinfo=VIETNAM))
        row = rules.add(world.work, hook, [HookEvent.CASE_OPENED])
        world.acting(session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one())
        open_case(world)
        return secret_of(key, row.salt)

    with database.transaction() as session:
        secret = made(session)
    database.close()
    return secret


def _noted(url: str) -> HookDelivery:
    """The delivery, once the service has noted what came of it: the other side hears of it a moment before."""
    database, pause = Database(url), threading.Event()
    try:
        for _ in range(1000):
            with database.transaction() as session:
                row = session.scalars(select(HookDelivery)).one()
            if row.status != DeliveryStatus.QUEUED:
                break
            pause.wait(0.02)
        return row
    finally:
        database.close()


def _until(there: Receiver, n: int) -> list[Letter]:
    """Waits for the n-th try."""
    while len(there.letters) < n:
        assert there.came.wait(60), f"only {len(there.letters)} of {n} tries came"
        there.came.clear()
    return there.letters
