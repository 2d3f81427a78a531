"""The day's figures in the weeks after Tết: who stays away is counted every evening, and who was telephoned about."""

from __future__ import annotations

from datetime import date

from bot.clock import VIETNAM
from bot.conversations import reports
from bot.dialogue.conversation import Chat
from bot.rules import calls
from bot.service.outbox import reader_of
from tests.rules.test_early_warning import CHI, HOA, THU, at, commune, play
from tests.rules.test_visits import by, pupil
from tests.world import World

__all__ = ["commune"]  # the fixture
AFTER_TET = date(2024, 2, 19)


def lines(world: World, day: date) -> list[str]:
    work = by(world, THU, at(day, 17, 0))
    chat = Chat(work, reader_of(work.person, VIETNAM))
    return reports.figures_of(chat, day).text.split("\n")


def test_after_tet_the_officials_read_who_stays_away_and_who_was_telephoned(commune: World) -> None:
    play(commune, "K", start=AFTER_TET)
    line = "Mấy ngày này theo dõi kỹ: 1 em vắng không phép, đã gọi hỏi {} nhà"
    assert line.format(0) in lines(commune, AFTER_TET)
    calls.log(by(commune, HOA, at(AFTER_TET, 9)), pupil(commune, CHI).id, is_reached=True, reason="fields")
    assert line.format(1) in lines(commune, AFTER_TET)


def test_on_an_ordinary_day_nothing_is_said_of_it(commune: World) -> None:
    play(commune, "K")
    assert not [line for line in lines(commune, date(2024, 3, 4)) if "theo dõi kỹ" in line]
