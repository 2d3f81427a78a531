"""What to say to the family: a press in the middle of a visit adds no question, and one afterwards is no dead end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.rules.reasons import Why
from storage.audit import Audit
from storage.pupils import Pupil
from storage.visits import Visit
from tests.dialogue.hands import Hand, person

LABEL = "Nói gì với gia đình"


def chi(session: Session) -> Pupil:
    return session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()


def test_a_visit_needs_as_many_taps_with_the_advice_as_without(lively: Session) -> None:
    hand = Hand(lively, person(lively, "Đinh Văn Rớt"))
    hand.presses(f"!visits:pupil.{chi(lively).id}")
    taps = 0
    for label in ("1. Cha mẹ", "4. Thiếu gạo", "2. ", "3. Xin hỗ trợ", "Bỏ qua", "1. Gửi"):
        if any(LABEL in choice.label for message in hand.said for choice in message.choices):
            step = hand.open_step()
            advice, question = hand.taps(LABEL)
            assert (advice.choices, hand.open_step()) == ((), step)
            assert question.choices
        hand.taps(label)
        taps += 1
    assert "Đã ghi" in hand.said[0].text
    hand.taps("Ghi em cần gì")
    hand.taps("Xe đạp")
    assert taps + 2 == 8
    assert lively.scalars(select(Visit).where(Visit.pupil_id == chi(lively).id)).one().reason == Why.POVERTY


def test_the_button_of_a_visit_that_is_over_still_leads_on(lively: Session) -> None:
    hand = Hand(lively, person(lively, "Đinh Văn Rớt"))
    (said,) = hand.presses(f"!advice:visit.{chi(lively).id}.poverty")
    assert said.choices


def test_typed_without_a_pupil_in_sight_it_asks_for_one(lively: Session) -> None:
    (said,) = Hand(lively, person(lively, "Đinh Văn Rớt")).types("nói gì")
    assert "em nào" in said.text
    assert said.choices


def test_a_forged_button_shows_no_family_of_another_village(lively: Session) -> None:
    other = lively.scalars(select(Pupil).where(Pupil.name == "Hồ Văn An")).one()
    hand = Hand(lively, person(lively, "Đinh Văn Rớt"))
    for value in (f"!advice:pupil.{other.id}", f"!support_note:pupil.{other.id}", f"!member:{other.id}"):
        (said,) = hand.presses(value)
        assert "An" not in said.text.split()
        assert said.choices
    for value in ("!support:needed.0", "!support:donors.0", f"!support_settings:family.{chi(lively).id}"):
        assert "Hoàn cảnh" not in hand.presses(value)[0].text
    assert not lively.scalars(select(Audit).where(Audit.action.in_(("donors.listed", "family.seen")))).all()
