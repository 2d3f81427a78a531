"""Minutes of a meeting: how many and who came, what was agreed, whose families promised; asked for after its start."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from bot.clock import moment
from bot.rules import guests, meeting_chairs, promises
from bot.rules.meetings import ANSWER_TASK
from bot.rules.quiet import after_quiet
from bot.rules.sent_files import File
from bot.rules.tasks import Moment, Task
from bot.rules.work import Refused, Work
from storage import meetings, minutes, pupils
from storage import promises as stored_promises
from storage.chat import PERHAPS_SEEN, Outbox
from storage.database import insert_once
from storage.meetings import Meeting, MeetingStatus
from storage.minutes import Minutes, MinutesFamily, MinutesFile
from storage.reminders import Announced, AnnouncedStatus
from storage.scope import Scope

ASK_TASK = "minutes.ask"
AFTER_START = timedelta(hours=2)  # voice.md §3.12
AGAIN_AFTER = timedelta(hours=1)
OPEN_FOR = timedelta(days=7)  # so long the minutes stand on the list of whoever owes them
CORRECTED_WITHIN = timedelta(hours=24)  # voice.md §3.6
A_NIGHT = timedelta(hours=10)
LONG_OFF = timedelta(days=2)
LAST_WORD = timedelta(hours=6)  # so long before a start a reminder is its last; one of the evening before is not
AGREED_AT_MOST = 2000
CAME_AT_MOST = 999


@dataclass(frozen=True)
class Findings:
    """What the chair says of a meeting. `came` empty: not known; zero: nobody.

    `attended` are the invited people who came (or were stood in for), `guests` the pupils whose families came; None:
    nobody said who. `families` are the pupils whose families promised, for the day `promised_on`, if they named one.
    """

    came: int | None = None
    agreed: str = ""
    families: tuple[int, ...] = ()
    promised_on: date | None = None
    attended: tuple[int, ...] | None = None
    guests: tuple[int, ...] | None = None
    files: tuple[File, ...] = ()


def write(work: Work, meeting_id: int, findings: Findings) -> Minutes:
    """Records the minutes; the meeting was held, and every family's promise is checked on its morning.

    Raises Refused: as `open_to_write`, `outside_scope` for a pupil, `promise_in_the_past`.
    """
    meeting = open_to_write(work, meeting_id)
    new_id = insert_once(work.session, Minutes, **_columns(work, meeting, findings), revision=1, is_current=True)
    if new_id is None:
        raise Refused("minutes_written")
    written = work.session.get_one(Minutes, new_id)
    meeting.status = MeetingStatus.HELD
    meeting.ask_again_at = None
    _keep(work, meeting, written, findings)
    work.withdraw(f"minutes:{meeting.id}")
    work.forget((ASK_TASK, work.now))
    work.audit("minutes.written", "meeting", meeting.id, came=written.came, promises=len(findings.families))
    return written


def correct(work: Work, meeting_id: int, findings: Findings, *, base: int) -> Minutes:
    """Records the next revision, within 24 hours of the first. `base` is the revision that was seen.

    Raises Refused: as `correctable`, and `minutes_changed_meanwhile`.
    """
    meeting, former = correctable(work, meeting_id)
    if former.revision != base:
        raise Refused("minutes_changed_meanwhile")
    columns = _columns(work, meeting, findings)
    former.is_current = False
    work.session.flush()
    new_id = insert_once(work.session, Minutes, **columns, revision=base + 1, is_current=True)
    if new_id is None:
        raise Refused("minutes_changed_meanwhile")
    written = work.session.get_one(Minutes, new_id)
    _keep(work, meeting, written, findings)
    work.audit("minutes.corrected", "meeting", meeting.id, revision=written.revision)
    return written


def open_to_write(work: Work, meeting_id: int) -> Meeting:
    """A meeting whose minutes the acting person may write now.

    Raises Refused: not allowed, `outside_scope`, `meeting_cancelled`, `meeting_to_come`, `minutes_written`.
    """
    meeting = meeting_chairs.require(work, meeting_id)
    if meeting.status in (MeetingStatus.CANCELLED, MeetingStatus.DRAFT):
        raise Refused("meeting_cancelled")
    if meeting.starts_at > work.at:
        raise Refused("meeting_to_come")
    if minutes.current(work.scope, work.session, meeting.id) is not None:
        raise Refused("minutes_written")
    return meeting


def correctable(work: Work, meeting_id: int) -> tuple[Meeting, Minutes]:
    """The current revision of minutes that the acting person may correct now.

    Raises Refused: not allowed, `outside_scope`, `minutes_are_old` after 24 hours.
    """
    meeting = meeting_chairs.require(work, meeting_id)
    found = minutes.current(work.scope, work.session, meeting.id)
    first = minutes.first_written_at(work.session, meeting.id)
    if found is None or first is None:
        raise Refused("outside_scope")
    if work.at > first + CORRECTED_WITHIN:
        raise Refused("minutes_are_old")
    return meeting, found


def look(work: Work, meeting_id: int) -> tuple[Meeting, Minutes | None]:
    """The minutes for somebody's eyes, an audited look. Raises Refused: not allowed, `outside_scope`."""
    meeting = meeting_chairs.require(work, meeting_id)
    found = minutes.current(work.scope, work.session, meeting.id)
    if found is not None:
        work.audit("minutes.seen", "meeting", meeting.id)
    return meeting, found


def look_at_files(work: Work, meeting_id: int, kinds: Collection[str]) -> tuple[Meeting, Sequence[MinutesFile]]:
    """The files of the current minutes of these kinds, to be sent: an audited look."""
    meeting = meeting_chairs.require(work, meeting_id)
    found = minutes.current(work.scope, work.session, meeting.id)
    if found is None:
        return meeting, ()
    files = [file for file in minutes.files(work.scope, work.session, found.id) if file.kind in kinds]
    if files:
        work.audit("minutes.files_seen", "meeting", meeting.id, files=[file.id for file in files])
    return meeting, files


def ask_again(work: Work, meeting_id: int) -> datetime:
    """The meeting still goes on: its minutes are asked for in an hour, in quiet hours at their end; returns when (UTC).

    Raises Refused as `open_to_write`.
    """
    meeting = open_to_write(work, meeting_id)
    meeting.ask_again_at = after_quiet(work.now + AGAIN_AFTER, work.zone)
    work.audit("minutes.later", "meeting", meeting.id)
    return meeting.ask_again_at


def _columns(work: Work, meeting: Meeting, findings: Findings) -> dict[str, object]:
    day = meeting.starts_at.astimezone(work.zone).date()
    if findings.promised_on is not None and findings.promised_on < day:
        raise Refused("promise_in_the_past")
    for pupil_id in {*findings.families, *(findings.guests or ())}:
        if pupils.get(work.scope, work.session, pupil_id) is None:
            raise Refused("outside_scope")
    came = None if findings.came is None else min(max(findings.came, 0), CAME_AT_MOST)
    return {
        "meeting_id": meeting.id,
        "came": came,
        "agreed": findings.agreed[:AGREED_AT_MOST],
        "promised_on": findings.promised_on if findings.families else None,
        "written_by": work.actor_id,
        "written_at": work.now,
    }


def _keep(work: Work, meeting: Meeting, written: Minutes, findings: Findings) -> None:
    """What stands beside the row: files, families, who came; and what follows from it."""
    for file in findings.files:
        insert_once(
            work.session, MinutesFile, minutes_id=written.id, channel=file.channel, bot=file.bot, kind=file.kind,
            file_id=file.file_id, seconds=file.seconds,
        )  # fmt: skip
    for pupil_id in findings.families:
        insert_once(work.session, MinutesFamily, minutes_id=written.id, pupil_id=pupil_id)
    if findings.attended is not None:
        _note_attended(work, meeting, findings.attended)
    came = dict.fromkeys(findings.families, True)
    if findings.guests is not None:
        for one in guests.expected(work, meeting):
            came.setdefault(one.listed.pupil.id, one.listed.pupil.id in findings.guests)
    guests.keep(work, meeting, came)
    _keep_promises(work, meeting, findings)


def _note_attended(work: Work, meeting: Meeting, attended: Collection[int]) -> None:
    for invitation in meetings.invitations(Scope.everything(), work.session, meeting.id):
        invitation.attended = invitation.person_id in attended
    work.session.flush()


def _keep_promises(work: Work, meeting: Meeting, findings: Findings) -> None:
    """Each family's promise stands on its pupil's case and is checked against that morning's roll; whoever writes is
    told. What a correction leaves out is taken back."""
    former = stored_promises.of_meeting(Scope.everything(), work.session, meeting.id)
    for pupil_id in dict.fromkeys([*(one.pupil_id for one in former), *findings.families]):
        on = findings.promised_on if pupil_id in findings.families else None
        own = [one for one in former if one.pupil_id == pupil_id]
        if promises.replace(work, own, on) and on is not None:
            promises.make(work, pupil_id, on, meeting_id=meeting.id)


# Asking for them


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """The minutes that somebody owes of meetings that have begun; asked for two hours after the start.

    A meeting that was over when it was made asks nobody. After days without the machine the last week's are asked.
    """
    if person_id is not None:
        for meeting, answering in _owed(work):
            if person_id in answering:
                yield _task(work, meeting, person_id, _moments(work, meeting))
        return
    was_long_off = end - start >= LONG_OFF
    since = end - OPEN_FOR if was_long_off else start - AFTER_START - A_NIGHT
    for meeting in _unwritten(work, since, end):
        moments = _moments(work, meeting)
        if was_long_off or any(start < one.at <= end for one in moments):
            for person in meeting_chairs.answering(work, meeting):
                yield _task(work, meeting, person.id, moments)
    yield from _put_to_later(work, start, end, since)


def _unwritten(work: Work, since: datetime, until: datetime) -> list[Meeting]:
    """The meetings that began between two moments, were told of in time, and have no minutes."""
    found = minutes.without(Scope.everything(), work.session, since, until)
    return [one for one in found if one.invited_from is not None and one.invited_from < one.ends_at]


def _owed(work: Work) -> list[tuple[Meeting, frozenset[int]]]:
    """The last week's meetings without minutes, each with whoever answers for it; read once for all people's lists."""

    def read() -> list[tuple[Meeting, frozenset[int]]]:
        found = _unwritten(work, work.now - OPEN_FOR, work.now)
        return [(one, frozenset(who.id for who in meeting_chairs.answering(work, one))) for one in found]

    return work.once((ASK_TASK, work.now), read)


def _put_to_later(work: Work, start: datetime, end: datetime, since: datetime) -> Iterator[Task]:
    """Those that began longer ago, and are asked for again now."""
    for meeting in minutes.without(Scope.everything(), work.session, end - OPEN_FOR, since):
        if meeting.ask_again_at is not None and start < meeting.ask_again_at <= end:
            for person in meeting_chairs.answering(work, meeting):
                yield _task(work, meeting, person.id, _moments(work, meeting))


def _moments(work: Work, meeting: Meeting) -> tuple[Moment, ...]:
    first = Moment("minutes", after_quiet(meeting.starts_at + AFTER_START, work.zone))
    if meeting.ask_again_at is None:
        return (first,)
    again = Moment(f"again {meeting.ask_again_at.isoformat()}", meeting.ask_again_at)
    return (first, again) if again.at > first.at else (replace(again, name="minutes"),)


def _task(work: Work, meeting: Meeting, person_id: int, moments: tuple[Moment, ...]) -> Task:
    midnight = moment(moments[-1].at.astimezone(work.zone).date() + timedelta(days=1), time(0), work.zone)
    return Task(
        kind=ASK_TASK,
        subject_id=meeting.id,
        person_id=person_id,
        occurrence=str(meeting.revision),
        due=moments[-1].at,
        remind=moments,
        useful_until=meeting.starts_at + OPEN_FOR,
        always=True,
        words_change_at=(midnight,),
        listed_from=moments[-1].at,
    )


def not_reminded(work: Work, meeting: Meeting) -> int:
    """How many of the invited got no word shortly before or at the start, since the machine or the line was down."""
    rows = work.session.execute(
        select(Announced.person_id, Announced.status, Announced.reason, Outbox.id)
        .outerjoin(Outbox, (Outbox.id == Announced.outbox_id) & PERHAPS_SEEN)
        .where(Announced.kind == ANSWER_TASK, Announced.subject_id == meeting.id)
        .where(Announced.occurrence == str(meeting.revision), Announced.due_at > meeting.starts_at - LAST_WORD)
    ).all()
    missed = {row[0] for row in rows if row[1] == AnnouncedStatus.MISSED and row[2] == "too late"}
    return len(missed - {row[0] for row in rows if row[3] is not None})
