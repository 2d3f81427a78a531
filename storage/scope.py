"""The one place that hides rows: whose pupils, cases, visits and people somebody may see.

Every read of personal data takes a Scope as its first argument, so forgetting it is a TypeError.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, false, or_, select, true


@dataclass(frozen=True)
class Scope:
    """A teacher sees the class, a village head the village, a school its pupils, officials and Front the commune.

    Organisations and police see only the pupils (`pupils`) whose cases they were asked to help with.
    """

    person_id: int | None = None
    communes: frozenset[int] = field(default_factory=frozenset)
    schools: frozenset[int] = field(default_factory=frozenset)
    classes: frozenset[int] = field(default_factory=frozenset)
    villages: frozenset[int] = field(default_factory=frozenset)
    pupils_asked: frozenset[int] = field(default_factory=frozenset)
    is_everything: bool = False

    @staticmethod
    def nothing() -> Scope:
        """A stranger's, and that of somebody who left."""
        return Scope()

    @staticmethod
    def everything() -> Scope:
        """The machine's own: commands run by the operator, and the clock's tick. Never built from a message."""
        return Scope(is_everything=True)

    @property
    def is_empty(self) -> bool:
        return not (
            self.is_everything or self.communes or self.schools or self.classes or self.villages or self.pupils_asked
        )

    def pupils(self) -> ColumnElement[bool]:
        """The condition on Pupil under which this scope sees it; an entry that was merged into another nobody sees."""
        from storage.places import SchoolClass
        from storage.pupils import Enrolment, Pupil

        is_itself = Pupil.merged_into.is_(None)
        if self.is_everything:
            return is_itself
        seen: list[ColumnElement[bool]] = []
        if self.communes:
            seen.append(Pupil.commune_id.in_(self.communes))
        if self.villages:
            seen.append(Pupil.village_id.in_(self.villages))
        if self.pupils_asked:
            seen.append(Pupil.id.in_(self.pupils_asked))
        enrolled = select(Enrolment.pupil_id).where(Enrolment.until_on.is_(None))
        if self.classes:
            seen.append(Pupil.id.in_(enrolled.where(Enrolment.class_id.in_(self.classes)).correlate(None)))
        if self.schools:
            of_schools = select(SchoolClass.id).where(SchoolClass.school_id.in_(self.schools))
            seen.append(Pupil.id.in_(enrolled.where(Enrolment.class_id.in_(of_schools)).correlate(None)))
        return and_(is_itself, or_(*seen)) if seen else false()

    def classes_seen(self) -> ColumnElement[bool]:
        """The condition on SchoolClass under which its register may be seen."""
        from storage.places import Place, SchoolClass

        if self.is_everything:
            return true()
        seen: list[ColumnElement[bool]] = []
        if self.classes:
            seen.append(SchoolClass.id.in_(self.classes))
        if self.schools:
            seen.append(SchoolClass.school_id.in_(self.schools))
        if self.communes:
            of_commune = select(Place.id).where(Place.parent_id.in_(self.communes))
            seen.append(SchoolClass.school_id.in_(of_commune))
        return or_(*seen) if seen else false()

    def people(self) -> ColumnElement[bool]:
        """The condition on Person: officials and the Front see the commune's, a school those of its school, others
        themselves."""
        from storage.people import Person, RoleGrant
        from storage.places import SchoolClass

        if self.is_everything:
            return true()
        seen: list[ColumnElement[bool]] = []
        if self.communes:
            seen.append(Person.commune_id.in_(self.communes))
        if self.schools:
            of_schools = select(SchoolClass.id).where(SchoolClass.school_id.in_(self.schools))
            seen.append(
                Person.id.in_(
                    select(RoleGrant.person_id).where(
                        or_(RoleGrant.place_id.in_(self.schools), RoleGrant.class_id.in_(of_schools))
                    )
                )
            )
        if self.person_id is not None:
            seen.append(Person.id == self.person_id)
        return or_(*seen) if seen else false()

    def meetings(self) -> ColumnElement[bool]:
        """The condition on Meeting: officials and the Front see the commune's, others those they are invited to."""
        from storage.meetings import Invitation, Meeting

        if self.is_everything:
            return true()
        seen: list[ColumnElement[bool]] = []
        if self.communes:
            seen.append(Meeting.commune_id.in_(self.communes))
        if self.person_id is not None:
            seen.append(Meeting.organiser_id == self.person_id)
            seen.append(Meeting.id.in_(select(Invitation.meeting_id).where(Invitation.person_id == self.person_id)))
        return or_(*seen) if seen else false()

    def invitations(self) -> ColumnElement[bool]:
        """The condition on Invitation and its Meeting: who organises or oversees sees all answers, others their own."""
        from storage.meetings import Invitation, Meeting

        if self.is_everything:
            return true()
        seen: list[ColumnElement[bool]] = []
        if self.communes:
            seen.append(Meeting.commune_id.in_(self.communes))
        if self.person_id is not None:
            seen += [Meeting.organiser_id == self.person_id, Invitation.person_id == self.person_id]
        return or_(*seen) if seen else false()
