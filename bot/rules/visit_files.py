"""Voice notes and photos of a home visit: who may hear and see them; every such look is written down."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rules import people
from bot.rules.work import Refused, Work
from storage import pupils, visits
from storage.visits import Visit, VisitFile, VisitReason


def open_to(work: Work, visit: Visit) -> Sequence[VisitFile]:
    """The files of a visit (this revision) that the acting person may have sent to them.

    Whoever sees the visit may, except where the reason is private: then only the visitor and the class teacher, since
    that is what the visitor was told (voice.md V06, option 7).
    """
    if visit.reason == VisitReason.PRIVATE and visit.visitor_id != work.actor_id and not _is_teacher(work, visit):
        return ()
    return visits.files(work.scope, work.session, visit.id)


def look(work: Work, first_id: int, kinds: frozenset[str]) -> tuple[Visit, Sequence[VisitFile]]:
    """The current revision of a visit and its files of these kinds, to be sent to the acting person: an audited look.

    Raises Refused("outside_scope").
    """
    visit = visits.current(work.scope, work.session, first_id)
    if visit is None:
        raise Refused("outside_scope")
    found = [file for file in open_to(work, visit) if file.kind in kinds]
    if found:
        work.audit("visit.files_seen", "visit", visit.id, pupil=visit.pupil_id, files=[file.id for file in found])
    return visit, found


def _is_teacher(work: Work, visit: Visit) -> bool:
    school_class = pupils.class_of(work.session, visit.pupil_id)
    if school_class is None:
        return False
    return work.actor_id in {teacher.id for teacher in people.homeroom_teachers(work, school_class.id)}
