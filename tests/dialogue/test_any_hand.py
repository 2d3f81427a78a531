"""Any hand: whatever is pressed, typed, forged, repeated or waited for, the promises of the chat hold.

One answer to every message; nothing recorded without the confirmation that showed it; nothing of another class or
village
shown; each reminder once. RALOP_TESTS=long tries many more.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bot.messages import Choice, Received
from bot.parsing import number
from storage.attendance import Absence, Mark, Register
from storage.chat import Inbox, InboxStatus, Outbox
from storage.meetings import Meeting
from storage.pupils import Pupil
from storage.visits import Visit
from tests.dialogue.conftest import CANARIES
from tests.phone import Shown
from tests.play import Stage

IS_LONG = os.environ.get("RALOP_TESTS") == "long"
EXAMPLES, STEPS = (60, 50) if IS_LONG else (4, 20)
PEOPLE = ("cô Hoa", "bác Rớt", "chị Thu", "anh Lập")
WITHOUT_CANARIES = ("cô Hoa", "bác Rớt")  # 7A and Làng Trê are none of theirs
SYLLABLES = {word for name in CANARIES for word in name.split()} - {"Đinh", "Thị", "Phạm", "Văn"}
TYPED = (
    *(
        "alo",
        "menu",
        "việc",
        "vắng",
        "đủ",
        "6A đủ",
        "thăm nhà",
        "họp",
        "lịch họp",
        "danh sách",
        "tìm",
        "báo cáo",
        "mời",
    ),
    *(
        "cài đặt",
        "trợ giúp",
        "gọi lại",
        "hủy",
        "0",
        "1",
        "2",
        "3",
        "1 3 4",
        "99",
        "gửi",
        "sửa",
        "bỏ qua",
        "lùi",
        "thêm",
    ),
    *("vắng 6A: An, Bình, Chi ốm", "vắng 7A: 1 2", "Bình 6A đến rồi", "tìm dinh thi", "tìm be", "tìm 7A", "làng trê"),
    *("thăm em Chi 6A: gặp mẹ, hẹn thứ 6", "thăm em Bê 7A: gặp mẹ", "họp 18h30 thứ 6 29/3 Làng Trê", "hoãn họp"),
    *(
        "đổi họp tối mai sang 19h",
        "chị ơi",
        "không nhớ",
        "<b>&_*%s{0}",
        "\u202eabc\u200b",
        "30/2",
        "thứ 6",
        "😀",
        "x" * 3000,
    ),
    *("/huy", "/start", "/khongco", "7K3P-9QXM", "Đinh Văn Rin", "0900 000 001", "English", "bác"),
)
ARGUED = (
    "/danhsach see.{n}",
    "/danhsach phones.{n}",
    "/danhsach in.{n}.0.0",
    "/danhsach village.{n}",
    "/thamnha pupil.{n}",
)
ARGUED += (
    "/thamnha see.{n}",
    "/hop {n}",
    "/hop {n}.1.who",
    "/baovang {n}.2024-03-20.morning.all",
    "/moi right.{n}",
    "/viec {n}",
)
FORGED = (
    "!pupils:see.40",
    "!people:wrong.2",
    "!attendance:fix.1",
    "aaaaaaaa:check:send.0000000000",
    "!~resume:zzzzzzzz",
    "\x00",
    "",
)
SENT = re.compile(r":check:(?:send|keep)\.|^!attendance:.*\.all$|:change:(?:late|present)$")


class AnyHand(RuleBasedStateMachine):
    """Four people of one commune, one of whom does something at each step."""

    profile: ClassVar[str] = "buttons"
    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "ralop.sqlite3")
        self.loop = asyncio.new_event_loop()
        self.stage = Stage(f"sqlite:///{self.folder / 'ralop.sqlite3'}", self.profile)
        self.last: Received | None = None
        self.counts = self.counted()
        self.run(self.stage.move(self.stage.clock.now() + timedelta(hours=1, minutes=30)))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.each_reminder_was_said_once()
        self.stage.close()
        self.loop.close()
        shutil.rmtree(self.folder)

    # What a hand can do

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(TYPED))
    def types(self, who: str, text: str) -> None:
        self.does(who, self.meant_by_typing(who, text), text=text)

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(ARGUED), n=st.integers(0, 60))
    def types_a_command_with_something_behind_it(self, who: str, text: str, n: int) -> None:
        self.does(who, None, text=text.format(n=n), is_argued=True)

    @rule(who=st.sampled_from(PEOPLE), data=st.data())
    def presses_something_that_was_shown(self, who: str, data: st.DataObject) -> None:
        """The newest first, so that conversations come to their end; but old ones, too."""
        shown = [(one, choice) for one in reversed(self.stage.screens.screens[who]) for choice in one.message.choices]
        if not shown:
            self.types(who, "menu")
            return
        one, choice = data.draw(st.sampled_from(shown[:60]))
        if self.profile == "buttons":
            self.does(who, (one, choice), kind="press", press=choice.value, press_id="p", message_id=one.id)
        else:
            text = choice.number or choice.label
            self.does(who, self.meant_by_typing(who, text), text=text)

    @rule(who=st.sampled_from(PEOPLE), whose=st.sampled_from(PEOPLE), data=st.data())
    def presses_what_was_never_shown_to_them(self, who: str, whose: str, data: st.DataObject) -> None:
        theirs = (
            [c.value for one in self.stage.screens.screens[whose] for c in one.message.choices] if whose != who else []
        )
        value = data.draw(st.sampled_from([*theirs[-20:], *FORGED]))
        if self.profile == "buttons" and not self.carries(who, value):
            self.does(who, None, kind="press", press=value, press_id="p", message_id="m1")

    @rule(who=st.sampled_from(PEOPLE), kind=st.sampled_from(("photo", "voice", "other", "location")))
    def sends_a_thing(self, who: str, kind: str) -> None:
        attachment = {"kind": kind, "file_id": "f", "seconds": 3} if kind in ("photo", "voice") else None
        self.does(who, None, kind=kind, text="", **({"attachment": attachment} if attachment else {}))

    @rule(who=st.sampled_from(PEOPLE), how=st.sampled_from(("is_forwarded", "is_edited")))
    def forwards_or_edits(self, who: str, how: str) -> None:
        self.does(who, None, text="1", **{how: True})

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_platform_delivers_once_more(self) -> None:
        before = self.counted()
        self.run(self.deliver(self.last))
        assert self.counted() == before, "a repeated message counts once"

    @rule()
    def the_program_is_started_again(self) -> None:
        self.stage.restart()

    @rule(minutes=st.sampled_from((2, 16, 31, 95, 300, 1440)))
    def time_passes(self, minutes: int) -> None:
        self.run(self.stage.move(self.stage.clock.now() + timedelta(minutes=minutes)))
        self.nothing_strange_was_shown()
        assert self.counted() == self.counts, "nothing is recorded by itself"

    # What is promised

    def does(self, who: str, meant: tuple[Shown, Choice] | None, *, is_argued: bool = False, **raw: Any) -> None:
        self.stage.clock.move_to(self.stage.clock.now() + timedelta(seconds=5))
        for screen in PEOPLE:
            self.stage.screens.unread[screen].clear()
        self.last = self.stage.channel.update(who, self.stage.clock.now(), **raw)
        self.run(self.deliver(self.last))
        answers = len(self.stage.screens.unread[who])
        assert 1 <= answers <= 3, f"{who} {raw}: {answers} answers"
        self.nothing_strange_was_shown()
        self.only_what_was_confirmed_is_recorded(who, meant, raw)

    async def deliver(self, update: Received | None) -> None:
        assert update is not None
        await self.stage.service.take(self.stage.channel, [update])
        await self.stage.service.settle()

    def nothing_strange_was_shown(self) -> None:
        for who in PEOPLE:
            for shown in self.stage.screens.unread[who]:
                whole = "\n".join([shown.text, shown.message.text, *(choice.label for choice in shown.message.choices)])
                assert "trục trặc" not in whole, "our own failure"
                if who in WITHOUT_CANARIES:
                    assert not any(word in whole for word in SYLLABLES), f"{who} sees {whole}"
        with self.stage.database.transaction() as session:
            lost = session.scalars(select(Inbox).where(Inbox.status == InboxStatus.QUARANTINED)).all()
            assert not lost, [row.raw for row in lost]

    def only_what_was_confirmed_is_recorded(
        self, who: str, meant: tuple[Shown, Choice] | None, raw: dict[str, Any]
    ) -> None:
        former, self.counts = self.counts, self.counted()
        if self.counts == former:
            return
        if meant is None:
            assert raw.get("text") in ("đủ", "6A đủ") or "all" in raw.get("text", ""), f"{who} {raw} recorded something"
            return
        shown, choice = meant
        assert SENT.search(choice.value), f"{who} pressed {choice.caption} ({choice.value}), and something was recorded"
        for name in self.newly_recorded(former):
            assert name in shown.message.text, f"{name} was recorded, but not shown in {shown.message.text!r}"

    def counted(self) -> tuple[int, int, int]:
        """The newest register, visit and meeting."""
        with self.stage.database.transaction() as session:
            newest = [session.scalar(select(func.max(table.id))) or 0 for table in (Register, Visit, Meeting)]
        return newest[0], newest[1], newest[2]

    def newly_recorded(self, former: tuple[int, int, int]) -> list[str]:
        """The pupils of whom something was recorded since; of visits the given names, as their summary has them."""
        with self.stage.database.transaction() as session:
            absent = (
                select(Pupil.name)
                .join(Absence, Absence.pupil_id == Pupil.id)
                .where(Absence.register_id > former[0], Absence.mark != Mark.LATE)
            )
            visited = select(Pupil.name).join(Visit, Visit.pupil_id == Pupil.id).where(Visit.id > former[1])
            corrected = session.scalars(select(Register.revision).where(Register.id > former[0], Register.revision > 1))
            names = [] if corrected.first() else list(session.scalars(absent))
            return names + [name.split()[-1] for name in session.scalars(visited)]

    def meant_by_typing(self, who: str, text: str) -> tuple[Shown, Choice] | None:
        """The choice that a typed number or label stands for: of the list that was shown last."""
        for shown in reversed(self.stage.screens.screens[who]):
            if any(choice.number for choice in shown.message.choices):
                for choice in shown.message.choices:
                    if text == choice.label or choice.label.casefold() == text or str(number(text)) == choice.number:
                        return shown, choice
                return None
        return None

    def carries(self, who: str, value: str) -> bool:
        screens = self.stage.screens.screens[who]
        return any(choice.value == value for shown in screens for choice in shown.message.choices)

    def each_reminder_was_said_once(self) -> None:
        with self.stage.database.transaction() as session:
            pushes = session.scalars(select(Outbox).where(Outbox.is_push)).all()
            said = Counter(
                (row.person_id, row.due_at.date(), row.kind, row.subject, (row.payload or {}).get("text"))
                for row in pushes
            )
        for (*_, kind, subject, text), times in said.items():
            assert times <= (4 if kind.startswith("attendance.") else 1), f"{kind} {subject} {times} times: {text}"


@pytest.mark.parametrize("profile", ["buttons", "numbers"])
def test_the_promises_hold_whatever_a_hand_does(profile: str, lively_template: Path) -> None:
    machine = type("Hand", (AnyHand,), {"profile": profile, "template": lively_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not IS_LONG,
            phases=tuple(Phase) if IS_LONG else (Phase.generate,),
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
