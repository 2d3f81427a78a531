"""Minutes in the chat, where something else happens meanwhile; what is said aloud; and who is invited to two places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.rules import meeting_changes, meetings
from bot.rules.invitees import USUAL
from bot.rules.meetings import Setting
from bot.rules.work import Work
from storage.database import Database
from storage.meetings import Answer, Meeting, MeetingStatus
from storage.minutes import Minutes
from storage.people import scope_of
from storage.pupils import Pupil
from tests.dialogue.hands import Hand, person
from tests.phone import NUMBERS
from tests.world import World, two_heads

THU, ROT, LAP = "Phạm Thị Thu", "Đinh Văn Rớt", "Đinh Văn Lập"


def at(text: str) -> datetime:
    """`21 20:30`: an hour of March 2024."""
    return datetime.strptime(f"2024-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture
def evening(long_mon_url: str) -> Iterator[Session]:
    """The plan's two meetings, two officials, families at risk in all villages."""
    database = Database(long_mon_url)
    with database.transaction() as session:
        world = World(session)
        two_heads(world)
        world.official(LAP, form="anh")
        for one in session.scalars(select(Meeting)).all():
            meetings.invited(world.work, one)
        yield session
    database.close()


def hand(session: Session, name: str, moment: str) -> Hand:
    return Hand(session, person(session, name), at=at(moment))


def by(session: Session, name: str, moment: str) -> Work:
    who, day = person(session, name), at(moment).date()
    return Work(session=session, now=at(moment), today=day, person=who, scope=scope_of(session, who, day))


def text_of(of: Hand) -> str:
    return "\n".join(message.text for message in of.said)


def written(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Minutes)) or 0


def test_minutes_that_are_open_when_the_meeting_is_called_off_are_left_with_a_word(evening: Session) -> None:
    thu = hand(evening, THU, "21 20:35")
    thu.presses("!minutes:1.done")
    thu.types("5")
    meeting_changes.cancel(by(evening, LAP, "21 20:36"), 1, is_put_off=True)
    thu.types("Bà con đồng ý cho con đi học")
    assert "đã hoãn" in text_of(thu)
    thu.types("ghi giúp")
    thu.taps("thôi không ghi")
    assert thu.open_step() == ("", "")
    assert written(evening) == 0


def test_two_officials_who_write_at_once_keep_the_first_and_the_second_sees_it(evening: Session) -> None:
    thu, lap = hand(evening, THU, "21 20:35"), hand(evening, LAP, "21 20:35")
    for one in (thu, lap):
        one.presses("!minutes:1.done")
        one.types("5")
        one.types("Bà con đồng ý cho con đi học đều")
        one.taps("Bỏ qua")
    thu.taps("Gửi")
    lap.taps("Gửi")
    assert written(evening) == 1
    assert "người ghi" in text_of(lap).lower() or "ghi rồi" in text_of(lap)
    lap.presses("!minutes:1.done")
    assert "ghi rồi" in text_of(lap)
    assert "• Dự: 5" in text_of(lap)


def test_a_number_is_the_answer_also_where_an_older_list_has_that_number(evening: Session) -> None:
    thu = hand(evening, THU, "21 20:35")
    thu.presses("!minutes:1")
    statuses = list(thu.said)
    thu.taps("Họp xong rồi")
    question, thu.said = thu.said, statuses + thu.said
    assert "bao nhiêu" in question[0].text
    thu.types("2")
    assert thu.open_step() == ("minutes", "agreed")
    thu.types("họp lại 18h30 thứ 6 Cà Xen")
    assert thu.open_step() == ("minutes", "families"), "an agreement is not the plan of a meeting"


def test_after_three_answers_that_are_none_each_question_is_left_out_and_nothing_is_lost(evening: Session) -> None:
    thu = hand(evening, THU, "21 20:35")
    thu.presses("!minutes:1.done")
    for text in ("đông lắm", "rất đông", "nhiều người"):
        thu.types(text)
    assert thu.open_step() == ("minutes", "agreed")
    thu.types("3 nhà hứa cho con đi học từ 30/2")
    thu.types("Chi, Bé")
    assert thu.open_step() == ("minutes", "promised"), "a day that cannot be is asked for"
    thu.types("thứ 2")
    assert "Hẹn đi học lại thứ 2, 25/3: Chi, Bé" in text_of(thu)


def test_a_meeting_to_come_and_one_of_another_commune_have_no_minutes(evening: Session) -> None:
    thu = hand(evening, THU, "21 12:00")
    thu.presses("!minutes:1")
    assert "chưa tới giờ" in text_of(thu)
    thu.presses("!minutes:99")
    assert written(evening) == 0
    assert "Lịch họp" not in text_of(thu)


def test_nobody_else_opens_them_by_a_button_of_the_chair(evening: Session) -> None:
    for name in (ROT, "Đinh Thị Hoa"):
        one = hand(evening, name, "21 20:35")
        for act in ("1", "1.done", "1.later", "1.fix", "1.photos"):
            one.presses(f"!minutes:{act}")
            assert one.open_step() == ("", "")
        one.presses("!move:1.off")
        assert one.open_step() == ("", "")
    assert evening.get_one(Meeting, 1).status == MeetingStatus.PLANNED


def test_the_text_for_the_loudspeaker_names_no_pupil_and_is_one_tap_from_the_meeting(evening: Session) -> None:
    rot = hand(evening, ROT, "21 10:00")
    rot.presses("!meetings:1")
    rot.taps("Tin đọc loa")
    loud, talk = rot.said
    given = {name.split()[-1] for name in evening.scalars(select(Pupil.name)) if len(name.split()[-1]) > 2}
    words = {word.strip(".,:;") for word in loud.text.split()}
    assert words & given <= {"Thanh", "Liêu"}, "no pupil is named"
    for part in ("thôn Cà Xen", "18 giờ 30", "thứ 5, 21/3", "nhà sinh hoạt thôn Cà Xen", "trưởng thôn"):
        assert part in loud.text
    assert len([row for row in talk.text.split("\n") if row.startswith("•")]) == 5
    assert not loud.is_private


def test_lists_with_names_are_protected_from_forwarding(evening: Session) -> None:
    rot, thu = hand(evening, ROT, "21 10:00"), hand(evening, THU, "21 10:00")
    assert rot.presses("!guests:1")[0].is_private
    assert thu.presses("!guests:1.risk")[0].is_private
    assert "Đinh Thị Sim" not in text_of(rot)
    rot.presses("!guests:2")
    assert "Sim" not in text_of(rot)
    assert hand(evening, "Đinh Thị Hoa", "21 10:00").presses("!guests:1")[0].is_private is False


def test_more_families_than_a_push_can_name_stand_behind_a_press_and_on_pages(evening: Session) -> None:
    world = World(evening, at("21 09:00"))
    from tests.world import cases_of

    cases_of(world, *(world.pupil(f"Đinh Thị Na{n}", of="7A") for n in range(7)))
    rot = hand(evening, ROT, "21 10:00")
    rot.presses("!guests:1")
    assert text_of(rot).count("•") == 6
    rot.taps("Xem các em tiếp theo")
    assert text_of(rot).count("•") == 3


def test_whoever_says_yes_to_two_meetings_at_one_hour_is_warned_and_not_refused(evening: Session) -> None:
    hoa = "Đinh Thị Hoa"
    other = meetings.create(
        by(evening, THU, "20 15:20"), Setting(at("21 19:00"), (World(evening).village("Làng Trê").id,), USUAL)
    )
    one = hand(evening, hoa, "20 16:30")
    one.presses("!meetings:1.1.yes")
    assert "⚠️" in text_of(one), "the other invitation stands open"
    meetings.answer(by(evening, hoa, "20 16:31"), other.id, Answer.NO)
    one.presses("!meetings:1.1.yes")
    assert "⚠️" not in text_of(one)


def test_the_digests_button_leads_straight_to_whom_to_telephone(evening: Session) -> None:
    thu = hand(evening, THU, "21 10:00")
    thu.presses("!meetings:silent")
    assert "buổi họp nào" in text_of(thu)
    thu.taps("21/3")
    assert "Chị gọi giúp ạ" in text_of(thu)
    assert "cô Hoa 0900 000 004" in text_of(thu)
    rot = hand(evening, ROT, "21 10:00")
    rot.presses("!meetings:silent")
    assert "0900" not in text_of(rot)


def test_without_buttons_the_number_that_is_likely_is_told_in_words(evening: Session) -> None:
    meetings.answer(by(evening, ROT, "21 10:00"), 1, Answer.YES)
    thu = Hand(evening, person(evening, THU), NUMBERS, at=at("21 20:35"))
    said = thu.presses("!minutes:1.done")[0]
    assert [choice.line for choice in said.choices] == ["Chị gõ số người, ví dụ: 1"]
