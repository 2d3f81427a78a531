"""Papers and pictures on request: made beside the service, kept through a kill, one crash one paper lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from bot.clock import HandClock
from bot.messages import Profile
from bot.service.app import Service
from bot.service.press import Press, Spoiled
from storage import files
from storage.database import Database
from storage.files import OURS, FileStatus, KeptFile
from storage.people import RoleGrant
from tests.phone import PhoneChannel, Screens
from tests.play import SURROUNDINGS, QuickPress
from tests.service.stage import MORNING


class Fallen(Press):
    """Falls over at whatever it is given."""

    async def begin(self) -> None:
        """No process is needed."""

    async def make(self, function: Callable[..., Any], *args: Any) -> Any:
        raise Spoiled("fell over")


class Desk:
    """A service with one phone; `again` throws it away and starts another on the same database."""

    def __init__(self, url: str, press: Press, profile: Profile | None = None) -> None:
        self.url, self.screens, self.clock, self.profile = url, Screens(), HandClock(MORNING), profile
        self.again(press)

    def again(self, press: Press) -> None:
        self.database = Database(self.url)
        channel = PhoneChannel(self.screens, self.profile) if self.profile else PhoneChannel(self.screens)
        self.channel = channel
        self.service = Service(self.database, [channel], self.clock, SURROUNDINGS, press=press)

    async def says(self, text: str, *, settles: bool = True) -> None:
        await self.service.take(self.channel, [self.channel.update("chị Thu", self.clock.now(), text=text)])
        await (self.service.settle() if settles else self.service.handle())

    @property
    def last(self) -> str:
        shown = self.screens.screens["chị Thu"][-1]
        return " ".join([*shown.attached, shown.message.text])


async def test_the_press_works_in_one_process_that_is_there_only_when_needed() -> None:
    press = Press(rest_s=0)
    assert press.process_id is None
    try:
        first = await press.make(os.getpid)
        assert first not in (os.getpid(), None)
        for _ in range(3):
            await asyncio.sleep(0)
        assert press.process_id is None  # it has rested
    finally:
        press.close()


async def test_a_paper_that_brings_the_press_down_is_one_paper_lost() -> None:
    press = Press()
    try:
        first = await press.make(os.getpid)
        with pytest.raises(Spoiled):
            await press.make(os._exit, 3)
        second = await press.make(os.getpid)
        with pytest.raises(Spoiled, match="ValueError"):
            await press.make(int, "Đinh Thị An")
        assert first != second == await press.make(os.getpid)
    finally:
        press.close()


async def test_what_is_ordered_survives_a_kill_and_comes_once(long_mon_url: str) -> None:
    desk = Desk(long_mon_url, QuickPress())
    await desk.says("biểu đồ")
    await desk.says("4")
    await desk.says("1", settles=False)
    with desk.database.transaction() as session:
        assert [one.status for one in files.to_make(session)] == [FileStatus.WANTED]
    desk.database.close()  # killed before anything was made
    desk.again(QuickPress())
    await desk.service.settle()
    assert desk.last.startswith("(file) Báo cáo (bao-cao-ngay-2024-03-20.docx)")
    seen = len(desk.screens.screens["chị Thu"])
    await desk.service.settle()
    assert len(desk.screens.screens["chị Thu"]) == seen
    desk.database.close()


async def test_a_press_that_falls_over_ends_in_one_clear_sentence(long_mon_url: str) -> None:
    desk = Desk(long_mon_url, Fallen())
    await desk.says("biểu đồ")
    await desk.says("1")
    assert desk.last.startswith("Chưa làm được tệp này. Chị thử lại một lần")
    desk.database.close()


async def test_who_has_lost_the_right_meanwhile_gets_no_paper(long_mon_url: str) -> None:
    desk = Desk(long_mon_url, QuickPress())
    await desk.says("biểu đồ")
    await desk.says("4")
    await desk.says("1", settles=False)
    with desk.database.transaction() as session:
        session.query(RoleGrant).delete()
    await desk.service.settle()
    with desk.database.transaction() as session:
        held = session.query(KeptFile).filter(KeptFile.channel == OURS).one()
        assert (held.status, held.content) == (FileStatus.LOST, None)
    assert "(file)" not in desk.last
    desk.database.close()


async def test_where_no_file_arrives_it_says_who_can_print_it(long_mon_url: str) -> None:
    desk = Desk(long_mon_url, QuickPress(), Profile(buttons=False, edits=False, sends_files=False))
    await desk.says("biểu đồ")
    assert "Ở đây không gửi được tệp. Nhờ " in desk.last
    desk.database.close()
