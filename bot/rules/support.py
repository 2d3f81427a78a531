"""Help that reaches the pupil: a need that is noted, a giver's pledge, and the thing handed over (plan III.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import update

from bot.clock import moment
from bot.parsing import clean_line, fold, sort_key
from bot.rules import cases, people, thresholds
from bot.rules.sent_files import File
from bot.rules.tasks import Task
from bot.rules.work import UNDO, Refused, Work
from storage import people as stored_people
from storage import places, pupils, support
from storage.database import insert_once
from storage.people import Role
from storage.scope import Scope
from storage.support import OPEN, Donor, Need, NeedKind, NeedPhoto, NeedStatus

NAME_AT_MOST = 60
WORDS_AT_MOST = 120
UNDONE_WITHIN = timedelta(hours=24)
WORTH_HEARING = timedelta(days=2)


@dataclass(frozen=True)
class Noted:
    """A need as it stands; `is_new` is False when somebody had noted it already."""

    need: Need
    is_new: bool


@dataclass(frozen=True)
class Gift:
    """What a giver pledges: one who is known by id, or one named now. `words` say what, as it was promised."""

    donor_id: int | None = None
    name: str = ""
    phone: str = ""
    words: str = ""


@dataclass(frozen=True)
class Overview:
    """Where the help of a scope stands, in numbers; `longest` is the need without a giver that waits longest."""

    needed: Counter[str]
    pledged: int
    handed_over: int
    longest: Need | None


# Noting


def note(work: Work, pupil_id: int, what: NeedKind, words: str = "") -> Noted:
    """Notes what a pupil needs, by whoever sees the pupil. Noted twice, it is one need.

    Raises Refused: not allowed, outside the scope, `no_words` for another thing that is not named.
    """
    people.require(work, "support.note")
    cases.require_pupil(work, pupil_id)
    said = clean_line(words)[:WORDS_AT_MOST] if what == NeedKind.OTHER else ""
    if what == NeedKind.OTHER and not said:
        raise Refused("no_words")
    known = [
        need
        for need in support.listed(work.scope, work.session, OPEN, pupil_id=pupil_id)
        if need.what == what and fold(need.words) == fold(said)
    ]
    if known:
        return Noted(known[0], is_new=False)
    new_id = insert_once(
        work.session,
        Need,
        pupil_id=pupil_id,
        what=what,
        words=said,
        status=NeedStatus.NEEDED,
        noted_by=work.actor_id,
        noted_at=work.at,
        waits_since=work.at,
        gift="",
    )
    if new_id is None:
        raise Refused("need_changed")
    work.audit("need.noted", "need", new_id, pupil=pupil_id)
    return Noted(work.session.get_one(Need, new_id), is_new=True)


def withdraw(work: Work, need_id: int) -> Need:
    """The need is no longer one. Whoever noted it may within 24 hours, those who manage support always.

    Raises Refused: not allowed, outside the scope, `need_changed` when it has a giver or is over.
    """
    people.require(work, "support.note")
    need = _need(work, need_id)
    is_own = need.noted_by == work.actor_id and work.now <= need.noted_at + UNDONE_WITHIN
    if not is_own:
        people.require(work, "support.manage")
    _claim(work, need, NeedStatus.NEEDED, status=NeedStatus.WITHDRAWN, withdrawn_at=work.now)
    work.audit("need.withdrawn", "need", need.id)
    return need


# Giving


def pledge(work: Work, need_id: int, gift: Gift) -> Need:
    """A giver takes a need upon themselves.

    Raises Refused: not allowed, outside the scope, `no_donor` without a name, `need_changed` when it has a giver
    already or is over.
    """
    people.require(work, "support.manage")
    need = _need(work, need_id)
    donor = _donor(work, gift)
    _claim(
        work,
        need,
        NeedStatus.NEEDED,
        status=NeedStatus.PLEDGED,
        donor_id=donor.id,
        gift=clean_line(gift.words)[:WORDS_AT_MOST],
        pledged_by=work.actor_id,
        pledged_at=work.at,
    )
    work.audit("need.pledged", "need", need.id, donor=donor.id)
    return need


def _donor(work: Work, gift: Gift) -> Donor:
    commune_id = people.commune_of(work).id
    known = support.donor(work.session, commune_id, gift.donor_id)
    name = clean_line(gift.name)[:NAME_AT_MOST]
    if known is None and fold(name):
        known = support.donor_named(work.session, commune_id, fold(name))
    if known is None:
        if not fold(name):
            raise Refused("no_donor")
        known = Donor(
            commune_id=commune_id,
            name=name,
            folded=fold(name),
            sort_key=sort_key(name),
            gives=clean_line(gift.words)[:WORDS_AT_MOST],
            created_by=work.actor_id,
            created_at=work.now,
        )
        work.session.add(known)
        work.session.flush()
        work.audit("donor.added", "donor", known.id)
    known.phone = gift.phone or known.phone
    return known


def take_pledge_back(work: Work, need_id: int) -> Need:
    """The giver withdraws: that pledge is over, and the need waits again, as long as it has. Returns the new need.

    Raises Refused: not allowed, outside the scope, `need_changed` when nothing is pledged.
    """
    people.require(work, "support.manage")
    need = _need(work, need_id)
    _claim(work, need, NeedStatus.PLEDGED, status=NeedStatus.WITHDRAWN, withdrawn_at=work.now)
    again = Need(
        pupil_id=need.pupil_id,
        what=need.what,
        words=need.words,
        noted_by=need.noted_by,
        noted_at=need.noted_at,
        waits_since=need.waits_since,
    )
    work.session.add(again)
    work.session.flush()
    work.audit("need.pledge_withdrawn", "need", need.id, again=again.id)
    return again


def hand_over(work: Work, need_id: int, files: Sequence[File] = ()) -> Need:
    """The pupil has it. Whoever noted the need hears the good news after two minutes.

    A school may hand over what it has itself: then there is no giver. Raises Refused: not allowed, outside the scope,
    `need_changed` when it is over.
    """
    people.require(work, "support.manage")
    need = _need(work, need_id)
    if need.status not in OPEN:
        raise Refused("need_changed")
    _claim(
        work,
        need,
        NeedStatus(need.status),
        status=NeedStatus.HANDED_OVER,
        handed_over_by=work.actor_id,
        handed_over_at=work.at,
    )
    for file in files:
        values = {"channel": file.channel, "bot": file.bot, "kind": file.kind, "file_id": file.file_id}
        insert_once(work.session, NeedPhoto, need_id=need.id, **values)
    if need.noted_by is not None and need.noted_by != work.actor_id:
        work.tell(need.noted_by, "support.arrived", need.id, after=UNDO, useful_until=work.now + WORTH_HEARING)
    work.audit("need.handed_over", "need", need.id)
    return need


def undo_hand_over(work: Work, need_id: int) -> Need:
    """A slip: it is not handed over yet. By whoever said so, within 24 hours.

    Raises Refused: not allowed, outside the scope, `need_changed`.
    """
    people.require(work, "support.manage")
    need = _need(work, need_id)
    is_own = need.handed_over_by == work.actor_id and need.handed_over_at is not None
    if not is_own or work.now > (need.handed_over_at or work.now) + UNDONE_WITHIN:
        raise Refused("need_changed")
    former = NeedStatus.PLEDGED if need.donor_id is not None else NeedStatus.NEEDED
    _claim(work, need, NeedStatus.HANDED_OVER, status=former, handed_over_by=None, handed_over_at=None)
    work.withdraw(f"support:{need.id}", "support.arrived")
    work.audit("need.hand_over_undone", "need", need.id)
    return need


def _need(work: Work, need_id: int) -> Need:
    need = support.get(work.scope, work.session, need_id)
    if need is None:
        raise Refused("outside_scope")
    return need


def _claim(work: Work, need: Need, former: NeedStatus, **values: object) -> None:
    """One conditional update decides between two who act at once."""
    claimed = work.session.execute(
        update(Need).where(Need.id == need.id, Need.status == former).values(**values).returning(Need.id)
    ).first()
    if claimed is None:
        raise Refused("need_changed")
    work.session.refresh(need)


# Looking


def look(work: Work, need_id: int) -> Need:
    """One need for somebody's eyes: an audited look. Raises Refused: not allowed, outside the scope."""
    people.require(work, "support.note")
    need = _need(work, need_id)
    work.audit("need.seen", "need", need.id)
    return need


def of_pupil(work: Work, pupil_id: int) -> Sequence[Need]:
    """The open needs of a pupil of the scope; an audited look."""
    people.require(work, "support.note")
    cases.require_pupil(work, pupil_id)
    work.audit("needs.seen", "pupil", pupil_id)
    return support.listed(work.scope, work.session, OPEN, pupil_id=pupil_id)


def listed(work: Work, status: NeedStatus) -> Sequence[Need]:
    """Needs of the scope in one state, the longest waiting first; an audited look."""
    people.require(work, "support.manage")
    found = support.listed(work.scope, work.session, (status,))
    work.audit("needs.listed", n=len(found))
    return found


def overview(work: Work) -> Overview:
    """Where the help stands. Raises Refused: not allowed."""
    people.require(work, "support.manage")
    open_ones = support.listed(work.scope, work.session, OPEN)
    needed = [need for need in open_ones if need.status == NeedStatus.NEEDED]
    return Overview(
        needed=Counter(need.what for need in needed),
        pledged=len(open_ones) - len(needed),
        handed_over=len(support.listed(work.scope, work.session, (NeedStatus.HANDED_OVER,))),
        longest=needed[0] if needed else None,
    )


def donors(work: Work) -> Sequence[Donor]:
    """The givers of the commune, by name; an audited look."""
    people.require(work, "support.manage")
    found = support.donors(work.session, people.commune_of(work).id)
    work.audit("donors.listed", n=len(found))
    return found


def donor(work: Work, donor_id: int) -> tuple[Donor, Sequence[Need]]:
    """A giver and what they pledged and gave; an audited look. Raises Refused: not allowed, outside the scope."""
    people.require(work, "support.manage")
    found = support.donor(work.session, people.commune_of(work).id, donor_id)
    if found is None:
        raise Refused("outside_scope")
    work.audit("donor.seen", "donor", found.id)
    return found, support.of_donor(work.scope, work.session, found.id)


def waited_days(work: Work, since: datetime) -> int:
    """Whole days of the commune's calendar since a moment."""
    return (work.today - since.astimezone(work.zone).date()).days


# Duties


def tasks(work: Work, start: datetime, end: datetime, person_id: int | None = None) -> Iterator[Task]:
    """To a school: gifts that were pledged and are not handed over, and needs that nobody takes.

    They stand in /viec and in the morning list only, each kind as one line.
    """
    person = stored_people.get(work.session, person_id)
    if person is None:
        return
    grants = stored_people.grants(work.session, person.id, work.today)
    for school_id in sorted({g.place_id for g in grants if g.role == Role.SCHOOL and g.place_id is not None}):
        since: dict[str, datetime] = {}
        for _, status, at in late(work, school_id, person.commune_id):
            since.setdefault(status, at)
        for status, kind in KINDS.items():
            if status in since:
                yield Task(
                    kind=kind,
                    subject_id=school_id,
                    person_id=person.id,
                    occurrence=since[status].isoformat(),
                    due=since[status] + _patience(work, status, person.commune_id),
                    remind=(),
                    useful_until=end + timedelta(days=1),
                )


KINDS = {NeedStatus.PLEDGED: "support.hand_over", NeedStatus.NEEDED: "support.find_donor"}


def late(work: Work, school_id: int, commune_id: int) -> list[tuple[int, str, datetime]]:
    """(need, status, since) of a school's pupils who have waited too long; ids and states only."""
    return support.late(
        Scope(schools=frozenset({school_id})),
        work.session,
        noted_before=_before(work, NeedStatus.NEEDED, commune_id),
        pledged_before=_before(work, NeedStatus.PLEDGED, commune_id),
    )


def _before(work: Work, status: NeedStatus, commune_id: int) -> datetime:
    """The end of the last day on which patience began that is over today."""
    day: date = work.today - _patience(work, status, commune_id) + timedelta(days=1)
    return moment(day, time(0), work.zone)


def _patience(work: Work, status: NeedStatus, commune_id: int) -> timedelta:
    key = "support.pledge_days" if status == NeedStatus.PLEDGED else "support.donor_days"
    return timedelta(days=thresholds.value(work, key, commune_id))


def school_of(work: Work, pupil_id: int) -> places.Place | None:
    """The school of a pupil's present class."""
    school_class = pupils.class_of(work.session, pupil_id)
    return None if school_class is None else places.get(work.session, school_class.school_id)
