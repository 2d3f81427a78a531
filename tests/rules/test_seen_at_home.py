"""Pupils seen at home as functions: who may say so of whom, who hears, and that the register stays as it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.clock import VIETNAM
from bot.rules import seen_at_home
from bot.rules.work import UNDO, Refused
from storage.attendance import Register
from storage.audit import Audit
from tests.rules.test_visits import by, named, pupil
from tests.world import World

AT = datetime(2024, 3, 20, 9, 5, tzinfo=VIETNAM)


def test_each_teacher_hears_once_after_the_two_minutes(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt", AT)
    seen = [pupil(commune, name).id for name in ("Đinh Thị Chi", "Đinh Thị An")]
    seen_at_home.note(work, [*seen, seen[0]])
    assert [(notice.person_id, notice.due_at) for notice in work.notices] == [
        (named(commune, "Đinh Thị Hoa").id, AT + UNDO)
    ]
    assert sorted(work.notices[0].facts["pupils"]) == sorted(seen)


def test_the_register_stays_as_it_is_and_the_audit_holds_ids_only(commune: World) -> None:
    work = by(commune, "Đinh Văn Rớt", AT)
    chi = pupil(commune).id
    note = seen_at_home.note(work, [chi])
    assert commune.session.scalar(select(func.count()).select_from(Register)) == 0
    line = commune.session.get_one(Audit, note.id)
    assert (line.action, line.actor_id, line.details) == ("seen_at_home.noted", work.actor_id, {"pupils": [chi]})


def test_a_pupil_of_another_village_is_refused(commune: World) -> None:
    with pytest.raises(Refused) as refused:
        seen_at_home.note(by(commune, "Đinh Văn Rớt", AT), [pupil(commune).id, pupil(commune, "Hồ Văn An").id])
    assert refused.value.code == "outside_scope"


def test_only_a_village_head_may(commune: World) -> None:
    for name in ("Đinh Thị Hoa", "Phạm Thị Thu"):
        with pytest.raises(Refused) as refused:
            seen_at_home.note(by(commune, name, AT), [pupil(commune).id])
        assert refused.value.code == "not_allowed"


def test_nothing_is_noted_on_a_day_without_school(commune: World) -> None:
    with pytest.raises(Refused) as refused:
        seen_at_home.note(by(commune, "Đinh Văn Rớt", AT + timedelta(days=3)), [pupil(commune).id])
    assert refused.value.code == "no_school_today"


def test_where_no_teacher_has_joined_the_number_to_call_is_known(commune: World) -> None:
    be = commune.pupil("Đinh Thị Bé", of="8B")
    commune.teacher("Phạm Văn Minh", of="8B", joined=False, phone="0900000007")
    work = by(commune, "Đinh Văn Rớt", AT)
    heard = seen_at_home.note(work, [be.id]).heard
    assert work.notices == []
    assert [(one.class_name, one.teachers, one.to_call) for one in heard] == [
        ("8B", (), named(commune, "Phạm Văn Minh"))
    ]


def test_a_note_of_somebody_else_cannot_be_taken_back(commune: World) -> None:
    note = seen_at_home.note(by(commune, "Đinh Văn Rớt", AT), [pupil(commune).id])
    commune.village_head("Đinh Văn Rin", of="Làng Trê")
    with pytest.raises(Refused) as refused:
        seen_at_home.take_back(by(commune, "Đinh Văn Rin", AT), note.id)
    assert refused.value.code == "outside_scope"
