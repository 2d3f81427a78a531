"""What there is to see at the office page: a week of 6A with two cases, meetings, a lost message; a second school."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from storage import wrong_clock
from storage.chat import Outbox, OutboxStatus
from storage.people import Person, Role
from storage.pupils import Guardian, Pupil
from tests.world import World, a_village_week, plan_30

LOOKED_AT = datetime(2024, 3, 22, 9, 30, tzinfo=VIETNAM)
OFFICIAL, HEAD, OTHER_HEAD = "Phạm Thị Thu", "Phạm Văn Sơn", "Phạm Thị Lành"
ADMIN, TEACHER, VILLAGE_HEAD = "Đinh Văn Lập", "Đinh Thị Hoa", "Đinh Văn Rớt"


def build(session: Session) -> None:
    """Builds it upon the commune of the transcripts."""
    world = World(session)
    a_village_week(world)
    plan_30(world)
    world.work.now = world.at
    world.school_head(HEAD, phone="0900000021")
    second = world.school("Trường THCS Long Sơn")
    world.school_class("6B", second)
    world.person(OTHER_HEAD, Role.SCHOOL, form="cô", place_id=second.id)
    world.person(ADMIN, Role.ADMIN, form="anh", place_id=world.commune().id)
    chi = session.scalars(select(Pupil).where(Pupil.name == "Đinh Thị Chi")).one()
    session.add(Guardian(pupil_id=chi.id, relation="mother", name="Đinh Thị Nương", phone="0900000033"))
    rot = session.scalars(select(Person).where(Person.name == VILLAGE_HEAD)).one()
    rot.phone = "0900000001"
    lost = LOOKED_AT - timedelta(hours=2)
    session.add(
        Outbox(
            channel="phone", bot="phone", address="bác Rớt", person_id=rot.id, kind="tasks.morning", is_push=True,
            payload={"text": "…"}, due_at=lost, queued_at=lost, status=OutboxStatus.FAILED,
        )
    )  # fmt: skip
    world.done()
    wrong_clock.mark(session)
