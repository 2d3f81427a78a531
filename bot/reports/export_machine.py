"""The exports about the machine itself: what was sent or missed, and the audit. The operator's; a scope sees none."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import defer

from bot.reports import lookups
from bot.reports.exports import Part, Row, Source, Table
from bot.rules.work import Work
from storage.audit import Audit
from storage.chat import Outbox, OutboxStatus
from storage.reminders import Announced, AnnouncedStatus

# A message in our hands is still on its way for whoever reads the list.
SHOWN = {OutboxStatus.SENDING: OutboxStatus.QUEUED}


def _operator(work: Work) -> ColumnElement[bool]:
    return true() if work.scope.is_everything else false()


def _messages(work: Work, part: Part) -> tuple[list[Row], int]:
    # Without the payload, which is the largest part of a row and nobody's business here.
    wanted = (
        select(Outbox.id, Outbox)
        .options(defer(Outbox.payload, raiseload=True), defer(Outbox.aside, raiseload=True))
        .where(_operator(work), *lookups.at_moments(Outbox.due_at, part.window))
    )
    found, reached = lookups.slice_of(work, part, Outbox.id, wanted)
    people = lookups.names(work, (row.person_id for _, row in found))
    return [
        (
            row.id,
            row.person_id,
            people.get(row.person_id, ""),
            row.channel,
            row.kind,
            row.subject,
            row.due_at,
            row.queued_at,
            row.sent_at,
            SHOWN.get(OutboxStatus(row.status), row.status),
            row.attempts,
            row.error,
        )
        for _, row in found
    ], reached


def _never_sent(work: Work, part: Part) -> tuple[list[Row], int]:
    """Reminders that never became a message, with the reason; their id is the reminder's, with a minus before it."""
    wanted = select(Announced.id, Announced).where(
        Announced.status == AnnouncedStatus.MISSED,
        Announced.outbox_id.is_(None),
        _operator(work),
        *lookups.at_moments(Announced.due_at, part.window),
    )
    found, reached = lookups.slice_of(work, part, Announced.id, wanted)
    people = lookups.names(work, (row.person_id for _, row in found))
    return [
        (
            -row.id,
            row.person_id,
            people.get(row.person_id, ""),
            "",
            row.kind,
            f"{row.kind.partition('.')[0]}:{row.subject_id}",
            row.due_at,
            None,
            None,
            row.status,
            0,
            row.reason,
        )
        for _, row in found
    ], reached


DELIVERIES = Table(
    "deliveries",
    (
        "id", "person_id", "person", "channel", "kind", "subject", "due_at", "queued_at", "sent_at", "status",
        "attempts", "error",
    ),
    (Source(_messages, lookups.by_id(Outbox.id)), Source(_never_sent, lookups.by_id(Announced.id))),
    dated="due_at",
)  # fmt: skip


def _audit(work: Work, part: Part) -> tuple[list[Row], int]:
    wanted = select(Audit.id, Audit).where(_operator(work), *lookups.at_moments(Audit.at, part.window))
    found, reached = lookups.slice_of(work, part, Audit.id, wanted)
    people = lookups.names(work, (row.actor_id for _, row in found))
    return [
        (
            row.id,
            row.at,
            people.get(row.actor_id, ""),
            row.action,
            row.subject_type,
            row.subject_id,
            row.details,
        )
        for _, row in found
    ], reached


AUDIT = Table(
    "audit",
    ("id", "at", "actor", "action", "subject_type", "subject_id", "details"),
    (Source(_audit, lookups.by_id(Audit.id)),),
    dated="at",
)
