"""A school's roster into the database: who is new, who changed, and who is the same pupil (interface.md, "Same
pupil")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select

from bot.parsing import class_key, fold, grade, same_name_key, school_year_of, sort_key
from bot.rules import entitlements, leaving, moves, people
from bot.rules.work import Refused, Work
from storage import places
from storage.places import Place, PlaceKind, SchoolClass
from storage.pupils import Enrolment, Guardian, Pupil, PupilStatus, Relation

AT_ONCE = 200  # pupils who are new are written so many at a time
LEFT = (PupilStatus.MOVED, PupilStatus.DROPPED_OUT, PupilStatus.FINISHED)


class Phone(Protocol):
    """A telephone number and whose it is."""

    @property
    def number(self) -> str: ...
    @property
    def relation(self) -> str: ...


class Row(Protocol):
    """What a roster's row says of a pupil; None and empty mean that it says nothing."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def class_name(self) -> str: ...
    @property
    def code(self) -> str | None: ...
    @property
    def personal_id(self) -> str | None: ...
    @property
    def birth(self) -> object | None: ...
    @property
    def birth_year(self) -> int | None: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def village(self) -> str | None: ...
    @property
    def ethnicity(self) -> str | None: ...
    @property
    def father(self) -> str | None: ...
    @property
    def mother(self) -> str | None: ...
    @property
    def guardian(self) -> str | None: ...
    @property
    def phones(self) -> Sequence[Phone]: ...
    @property
    def status(self) -> str | None: ...
    @property
    def policy(self) -> str | None: ...
    @property
    def school(self) -> str | None: ...
    @property
    def export_id(self) -> int | None: ...


@dataclass
class Outcome:
    """Counts, and what the school should look at. `alike`: rows whose name is another pupil's without marks.

    `from_elsewhere`: how many of the changed stood on another school's list.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    from_elsewhere: int = 0
    made: list[Place] = field(default_factory=list)
    alike: list[tuple[Row, str]] = field(default_factory=list)
    without_village: list[Row] = field(default_factory=list)


def take(
    work: Work,
    rows: Iterable[Row],
    *,
    school: str | None,
    year: str | None,
    makes_places: bool = True,
    into: Place | None = None,
    each: Callable[[], None] = lambda: None,
) -> Outcome:
    """Takes a roster's rows in: twice the same file changes nothing, and nobody is ever deleted.

    `school` and `year` stand for rows that name none; without a school the commune's only one. `into` is the school of
    all of them, whatever they say. Raises Refused("which_school", schools=…) when that is not clear. `each` is called
    after every row.
    """
    taking = _Taking(work, school, year or school_year_of(work.today), makes_places, into)
    for row in rows:
        taking.take(row)
        each()
    taking.finish()
    outcome = taking.outcome
    work.audit(
        "roster.taken", "commune", taking.commune.id, added=outcome.added, changed=outcome.changed,
        unchanged=outcome.unchanged,
    )  # fmt: skip
    return outcome


class _Taking:
    """One import: the commune's pupils are read once, so that a row costs no query."""

    def __init__(
        self, work: Work, school: str | None, year: str, makes_places: bool, into: Place | None = None
    ) -> None:
        self.work, self.year, self.makes_places = work, year, makes_places
        self.session = work.session
        self.commune = people.commune_of(work)
        self.outcome = Outcome()
        self.school_name, self.into = school, into
        self.places: dict[tuple[PlaceKind, str], Place] = {}
        self.classes: dict[tuple[int, str], SchoolClass] = {}
        self.taken: set[int | None] = {None}  # a pupil without an id is of this file, too
        self.new: list[tuple[Pupil, Row, SchoolClass]] = []  # not written yet
        self.families: dict[int, str] = {}  # what the rows say of each pupil's family
        self.reported = moves.reported_today(work)
        self.moved: set[int] = set()  # pupils whose class, village or status is another now
        self.merged: list[tuple[Row, SchoolClass, Place | None, Pupil]] = []
        self._read_pupils()

    def _read_pupils(self) -> None:
        pupils = self.session.scalars(select(Pupil).where(Pupil.commune_id == self.commune.id)).all()
        self.pupils = {pupil.id: pupil for pupil in pupils}
        self.by_name: dict[str, list[Pupil]] = defaultdict(list)
        self.by_fold: dict[str, list[Pupil]] = defaultdict(list)
        self.by_code: dict[str, Pupil] = {}
        for pupil in pupils:
            self._index(pupil)
        ids = select(Pupil.id).where(Pupil.commune_id == self.commune.id)
        self.enrolments: dict[int, list[Enrolment]] = defaultdict(list)
        for one in self.session.scalars(select(Enrolment).where(Enrolment.pupil_id.in_(ids)).order_by(Enrolment.id)):
            self.enrolments[one.pupil_id].append(one)
        self.guardians: dict[int, list[Guardian]] = defaultdict(list)
        for guardian in self.session.scalars(select(Guardian).where(Guardian.pupil_id.in_(ids)).order_by(Guardian.id)):
            self.guardians[guardian.pupil_id].append(guardian)
        self.class_by_id = {one.id: one for one in self.session.scalars(select(SchoolClass))}

    def _index(self, pupil: Pupil) -> None:
        self.by_name[pupil.same_key].append(pupil)
        self.by_fold[pupil.folded].append(pupil)
        for code in (pupil.code, pupil.personal_id):
            if code:
                self.by_code[code] = pupil

    def take(self, row: Row) -> None:
        school = self._school(row)
        school_class = self._class(school, row.class_name)
        village = self._village(row)
        pupil = self._same(row, school, school_class, village)
        if pupil is None:
            self._note_alike(row)
            self.new.append((self._made(row, village), row, school_class))
            self.outcome.added += 1
            if len(self.new) >= AT_ONCE:
                self._add()
            return
        if pupil.id is None:
            self._add()  # one code twice in a file
        if pupil.merged_into is not None:
            self.merged.append((row, school_class, village, self._kept(pupil)))
        else:
            self._update(pupil, row, school_class, village)
        if pupil.merged_into is None:
            self._note_family(pupil, row)
        self.taken.add(pupil.id)

    def finish(self) -> None:
        """What waits for the whole file: entries that were merged into another, and the cases of whoever moved.

        A row of a merged entry speaks of the pupil who was kept, unless that pupil has a row too, which knows better.
        """
        self._add()
        for row, school_class, village, kept in self.merged:
            if kept.id in self.taken:
                self.outcome.unchanged += 1
            else:
                self._update(kept, row, school_class, village)
                self.taken.add(kept.id)
        self.session.flush()
        entitlements.note_written(self.work, self.commune.id, self.families)
        leaving.after_import(self.work, self.moved)

    def _kept(self, pupil: Pupil) -> Pupil:
        """The entry that a merged one went into, however many times."""
        while pupil.merged_into is not None:
            pupil = self.pupils[pupil.merged_into]
        return pupil

    # Places

    def _school(self, row: Row) -> Place:
        if self.into is not None:
            return self.into
        name = row.school or self.school_name
        if name:
            return self._place(PlaceKind.SCHOOL, name) or self._refuse_school()
        schools = places.of_kind(self.session, PlaceKind.SCHOOL, self.commune.id)
        if len(schools) != 1:
            self._refuse_school()
        return schools[0]

    def _refuse_school(self) -> Place:
        schools = places.of_kind(self.session, PlaceKind.SCHOOL, self.commune.id)
        raise Refused("which_school", schools=[school.name for school in schools])

    def _place(self, kind: PlaceKind, name: str) -> Place | None:
        key = (kind, fold(name))
        if key not in self.places:
            found = places.named(self.session, kind, key[1], self.commune.id)
            if found:
                self.places[key] = found[0]
            elif self.makes_places:
                self.places[key] = people.make_place(self.work, kind, name, parent_id=self.commune.id)
                self.outcome.made.append(self.places[key])
            else:
                return None
        return self.places[key]

    def _village(self, row: Row) -> Place | None:
        if not row.village:
            return None
        village = self._place(PlaceKind.VILLAGE, row.village)
        if village is None:
            self.outcome.without_village.append(row)
        return village

    def _class(self, school: Place, name: str) -> SchoolClass:
        key = (school.id, class_key(name))
        if key not in self.classes:
            found = places.class_by_key(self.session, school.id, self.year, key[1])
            if found is None:
                found = SchoolClass(school_id=school.id, year=self.year, name=name, key=key[1], grade=grade(name))
                self.session.add(found)
                self.session.flush()
            self.classes[key] = self.class_by_id[found.id] = found
        return self.classes[key]

    # The same pupil

    def _same(self, row: Row, school: Place, school_class: SchoolClass, village: Place | None) -> Pupil | None:
        """Codes decide first; then name and birth date within the school; then class, parents, village.

        An entry that was merged into another is found, too: behind those that stand for themselves.
        """
        for code in (row.personal_id, row.code):
            if code and code in self.by_code:
                return self.by_code[code]
        own = self.pupils.get(row.export_id or 0)
        if own is not None and own.same_key == same_name_key(row.name):
            return own
        fitting = [
            pupil
            for pupil in self.by_name[same_name_key(row.name)]
            if pupil.id not in self.taken
            and self._is_of_school(pupil, school)
            and _may_be_born(pupil, row)
            and not _codes_differ(pupil, row)
        ]
        fitting.sort(key=lambda pupil: pupil.merged_into is not None)
        return self._nearest(fitting, row, school_class, village)

    def _nearest(
        self, fitting: list[Pupil], row: Row, school_class: SchoolClass, village: Place | None
    ) -> Pupil | None:
        if not _birth(row):
            return self._alone([pupil for pupil in fitting if self._class_id(pupil) == school_class.id])
        for narrower in (
            lambda pupil: self._class_id(pupil) == school_class.id,
            lambda pupil: self._parents_fit(pupil, row),
            lambda pupil: village is not None and pupil.village_id == village.id,
        ):
            if len(fitting) < 2:
                break
            fitting = [pupil for pupil in fitting if narrower(pupil)] or fitting
        return fitting[0] if fitting else None

    @staticmethod
    def _alone(fitting: list[Pupil]) -> Pupil | None:
        return fitting[0] if fitting else None

    def _is_of_school(self, pupil: Pupil, school: Place) -> bool:
        return any(self.class_by_id[one.class_id].school_id == school.id for one in self.enrolments[pupil.id])

    def _class_id(self, pupil: Pupil) -> int | None:
        present = [one for one in self.enrolments[pupil.id] if one.until_on is None]
        if pupil.merged_into is not None:
            present = self.enrolments[pupil.id]  # the class in which the entry stood
        return present[-1].class_id if present else None

    def _parents_fit(self, pupil: Pupil, row: Row) -> bool:
        known = {fold(guardian.name) for guardian in self.guardians[pupil.id]}
        return any(fold(name) in known for name in (row.father, row.mother, row.guardian) if name)

    def _note_alike(self, row: Row) -> None:
        key = same_name_key(row.name)
        near = [pupil for pupil in self.by_fold[fold(row.name)] if pupil.same_key != key and pupil.merged_into is None]
        if near:
            self.outcome.alike.append((row, near[0].name))

    # Writing

    def _add(self) -> None:
        """Those who are new since the last time, all at once: a pupil at a time costs three times as much."""
        new, self.new = self.new, []
        self.session.add_all([pupil for pupil, _, _ in new])
        self.session.flush()
        for pupil, row, school_class in new:
            self.pupils[pupil.id] = pupil
            self._enrol(pupil, school_class)
            self._set_guardians(pupil, row)
            self.work.audit("pupil.added", "pupil", pupil.id)
            self._note_family(pupil, row)
            self.taken.add(pupil.id)

    def _note_family(self, pupil: Pupil, row: Row) -> None:
        if row.policy:
            self.families[pupil.id] = "; ".join(filter(None, [self.families.get(pupil.id), row.policy]))

    def _made(self, row: Row, village: Place | None) -> Pupil:
        pupil = Pupil(
            commune_id=self.commune.id,
            village_id=None if village is None else village.id,
            name=row.name,
            same_key=same_name_key(row.name),
            folded=fold(row.name),
            sort_key=sort_key(row.name),
            code=row.code or "",
            personal_id=row.personal_id or "",
            birth_date=_birth(row),
            sex=row.sex or "",
            ethnicity=row.ethnicity or "",
            status=row.status or PupilStatus.STUDYING,
            enrolled_on=self.work.today,
            left_on=self.work.today if row.status in LEFT else None,
        )
        self._index(pupil)
        return pupil

    def _enrol(self, pupil: Pupil, school_class: SchoolClass) -> bool:
        """Puts a pupil into a class; True if that changed anything. A roster of a former year moves nobody back."""
        present = [one for one in self.enrolments[pupil.id] if one.until_on is None]
        if any(one.class_id == school_class.id for one in present):
            return False
        if any(self.class_by_id[one.class_id].year > school_class.year for one in present):
            return False
        if any(self.class_by_id[one.class_id].school_id != school_class.school_id for one in present):
            self.outcome.from_elsewhere += 1
        until_on, from_on = moves.turn(
            self.work, present[-1].class_id if present else None, school_class.id, self.reported
        )
        for one in present:
            one.until_on = max(until_on, one.from_on)
        enrolment = Enrolment(pupil_id=pupil.id, class_id=school_class.id, from_on=from_on, until_on=None)
        self.session.add(enrolment)
        self.enrolments[pupil.id].append(enrolment)
        return True

    def _set_guardians(self, pupil: Pupil, row: Row) -> bool:
        changed = False
        for relation, name in (
            (Relation.FATHER, row.father),
            (Relation.MOTHER, row.mother),
            (Relation.GUARDIAN, row.guardian),
        ):
            phone = next((one.number for one in row.phones if one.relation == relation), "")
            if name and relation is _first_relation(row) and not phone:
                phone = next((one.number for one in row.phones if one.relation == "family"), "")
            changed |= self._set_guardian(pupil, relation, name, phone)
        return changed

    def _set_guardian(self, pupil: Pupil, relation: Relation, name: str | None, phone: str) -> bool:
        if not name:
            return False
        known = next((one for one in self.guardians[pupil.id] if one.relation == relation), None)
        if known is None:
            known = Guardian(pupil_id=pupil.id, relation=relation, name=name, phone=phone)
            self.session.add(known)
            self.guardians[pupil.id].append(known)
            return True
        changed = False
        if same_name_key(known.name) != same_name_key(name):
            known.name, changed = name, True
        if phone and known.phone != phone:
            known.phone, changed = phone, True
        return changed

    def _update(self, pupil: Pupil, row: Row, school_class: SchoolClass, village: Place | None) -> None:
        changes = [name for name, value in self._said(row, village).items() if _set(pupil, name, value)]
        if same_name_key(row.name) != pupil.same_key:
            pupil.name, pupil.same_key = row.name, same_name_key(row.name)
            pupil.folded, pupil.sort_key = fold(row.name), sort_key(row.name)
            changes.append("name")
        if "status" in changes:
            pupil.left_on = self.work.today if pupil.status in LEFT else None
        if self._enrol(pupil, school_class):
            changes.append("class")
        if self._set_guardians(pupil, row):
            changes.append("guardians")
        if {"class", "village_id", "status"} & set(changes):
            self.moved.add(pupil.id)
        if changes:
            self.work.audit("pupil.changed", "pupil", pupil.id, fields=changes)
            self.outcome.changed += 1
        else:
            self.outcome.unchanged += 1

    def _said(self, row: Row, village: Place | None) -> dict[str, object]:
        return {
            "code": row.code,
            "personal_id": row.personal_id,
            "birth_date": _birth(row),
            "sex": row.sex,
            "ethnicity": row.ethnicity,
            "status": row.status,
            "village_id": None if village is None else village.id,
        }


def _set(pupil: Pupil, name: str, value: object) -> bool:
    """Takes over what the row says; a year alone does not replace a full birth date of that year."""
    old = getattr(pupil, name)
    if not value or old == value:
        return False
    if name == "birth_date" and len(str(value)) == 4 and str(old).startswith(str(value)):
        return False
    setattr(pupil, name, value)
    return True


def _birth(row: Row) -> str:
    """ISO, or a year alone, or empty."""
    if row.birth is not None:
        return str(row.birth)
    return str(row.birth_year) if row.birth_year else ""


def _may_be_born(pupil: Pupil, row: Row) -> bool:
    """The same birth date; a year alone is a birth date of that year; nothing fits everything."""
    born, said = pupil.birth_date, _birth(row)
    if not born or not said or born == said:
        return True
    return (len(born) == 4 or len(said) == 4) and born[:4] == said[:4]


def _codes_differ(pupil: Pupil, row: Row) -> bool:
    """Two different codes are two children, whatever their names."""
    return bool(row.code and pupil.code and row.code != pupil.code) or bool(
        row.personal_id and pupil.personal_id and row.personal_id != pupil.personal_id
    )


def _first_relation(row: Row) -> Relation:
    """Whose a number is that the file does not assign: the father's, else the mother's, else the guardian's."""
    if row.father:
        return Relation.FATHER
    return Relation.MOTHER if row.mother else Relation.GUARDIAN
