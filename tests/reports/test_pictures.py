"""Pictures say what the figures say, nothing is clipped or covered, and nobody sees more than the scope shows."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from xml.etree import ElementTree

import pytest
from PIL import Image
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.i18n import Reader
from bot.reports.drawing import WIDTH, Drawing, width_of
from bot.reports.pictures import PICTURES, draw, places, weeks
from bot.rules import case_events, cases, coverage
from bot.rules.counts import PeriodFigures, monday
from bot.rules.people import RIGHTS
from bot.rules.pupil_days import CaseLine, PupilYear, State
from bot.rules.work import Refused, Work
from storage.attendance import Reason
from storage.audit import Audit
from storage.people import Person, Role
from storage.promises import Promise
from storage.pupils import Pupil
from storage.visits import Visit
from tests.reports.years import TODAY, a_place, a_year, school_days, some_days
from tests.world import World

READER = Reader(locale="vi")
DAYS = school_days()
LAST_YEAR = school_days(date(2023, 5, 31), date(2022, 9, 5))
MISSING = [day for day in DAYS if monday(day) == date(2023, 11, 6)]  # a week of which no class reported
LONG = "Thôn Nước Ông Đốc Xóm Trên Khu Tái Định Cư Số Hai"
HOSTILE = ["<b>&amp;</b>", "$x^2$ & <svg/>", "Làng\nhai dòng", "🏔 Núi", LONG, "Làngrấtdàikhôngcókhoảngtrắngnàocả"]


def a_case(**more: object) -> CaseLine:
    days = DAYS[-22:]
    line = dict.fromkeys(days, State.PRESENT) | dict.fromkeys(days[4:6], State.UNKNOWN)
    line |= dict.fromkeys(days[7:15], State.UNEXCUSED) | {days[2]: State.EXCUSED}
    known: dict[str, object] = {
        "calls": ((days[5], False), (days[6], True)),
        "visits": ((days[9], False), (days[11], True)),
        "promises": ((days[13], "no"), (days[15], "yes")),
        "back": days[15],
    }
    return CaseLine("Chi", "6A", days[2], TODAY, line, **{**known, **more})  # type: ignore[arg-type]


def everything() -> Iterator[tuple[str, str, object]]:
    """Name of the case, picture, facts: the usual and the unlucky."""
    year, last = a_year(DAYS, unreported=MISSING), a_year(LAST_YEAR, seed=2)
    yield "a year", "weeks", a_place(year, last)
    yield "without last year", "weeks", a_place(year)
    yield "one day", "weeks", a_place(a_year(DAYS[-1:]), last)
    yield "seven weeks", "weeks", a_place(a_year(DAYS[:35]), last)
    yield "hardly anybody came", "weeks", a_place(a_year(DAYS, absence=0.6), last)
    yield "nobody was away", "weeks", a_place(a_year(DAYS, absence=0.0))
    yield "a year", "weekdays", a_place(year)
    yield "one day", "weekdays", a_place(a_year(DAYS[-1:], absence=0.4))
    yield "three", "villages", a_place(year)
    yield "one village", "villages", a_place(a_year(DAYS[-9:], villages=1))
    yield "one is empty", "villages", a_place(a_year(DAYS[-9:], villages=2), names=("Cà Xen", "Làng Trê", "Làng Mới"))
    yield "sixteen", "villages", a_place(a_year(DAYS, villages=16))
    yield (
        "forty",
        "villages",
        a_place(a_year(DAYS[-30:], villages=40), names=[f"Thôn {n} {LONG[:n]}" for n in range(40)]),
    )
    yield "hostile names", "villages", a_place(a_year(DAYS[-9:], villages=6, absence=0.7), names=HOSTILE)
    yield "back", "case", a_case()
    yield "dropped out", "case", a_case(back=None, gone=TODAY, visits=(), calls=(), promises=())
    yield "promised", "case", a_case(back=None, promises=((TODAY + timedelta(days=2), ""),))
    yield "closed", "case", a_case(back=None, ended=TODAY)
    long = dict(zip(DAYS, [State.UNEXCUSED, State.PRESENT, State.UNKNOWN] * 50, strict=False))
    visited = tuple((day, True) for day in DAYS[::4])
    yield "long", "case", CaseLine("Chi", "6A", DAYS[0], TODAY, long, visits=visited, promises=((DAYS[9], "no"),))
    yield "a year", "pupil", PupilYear("Chi", "6A", some_days(DAYS))
    yield "a whole year", "pupil", PupilYear("<Ánh>", "6A", some_days(LAST_YEAR))
    yield "one day", "pupil", PupilYear("Chi", "6A", {DAYS[0]: State.PRESENT})
    saturdays = {date(2024, 3, 16): State.UNEXCUSED, date(2024, 3, 15): State.GONE}
    yield "saturdays", "pupil", PupilYear("Chi", "6A", saturdays)


ALL = {f"{picture}, {name}": (picture, facts) for name, picture, facts in everything()}


@cache
def drawn(name: str) -> Drawing:
    """One of them, drawn once, as another process would: from facts that were pickled."""
    picture, facts = ALL[name]
    return draw(picture, READER, pickle.loads(pickle.dumps(facts)))


def words_of(drawing: Drawing) -> list[tuple[str, float, float, float, float]]:
    """The texts of an SVG: words, left, right, upper and lower edge, by the widths of a wide font."""
    found = []
    for one in ElementTree.fromstring(drawing.svg).iter("{http://www.w3.org/2000/svg}text"):
        style = dict(part.split(": ", 1) for part in (one.get("style") or "").split("; "))
        size = float(style["font-size"].removesuffix("px"))
        wide = width_of(one.text or "", size, bold="font-weight" in style)
        x, y = float(one.get("x") or 0), float(one.get("y") or 0)
        left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[style["text-anchor"]]
        found.append((one.text or "", left, left + wide, y - 0.95 * size, y + 0.24 * size))
    return found


@pytest.mark.parametrize("name", ALL)
def test_no_word_is_clipped_and_none_covers_another(name: str) -> None:
    drawing = drawn(name)
    _, _, width, height = (float(part) for part in re.findall(r'viewBox="([^"]*)"', drawing.svg)[0].split())
    assert width == pytest.approx(WIDTH)
    words = words_of(drawing)
    assert len(words) > 3
    for text, left, right, top, bottom in words:
        assert 0 <= left < right <= width, text
        assert 0 <= top < bottom <= height, text
    for n, (text, left, right, top, bottom) in enumerate(words):
        for other, its_left, its_right, its_top, its_bottom in words[n + 1 :]:
            is_beside = right <= its_left or its_right <= left
            # what hangs below one line may reach as high as the highest accent of the next
            is_above = bottom <= its_top + 3.5 or its_bottom <= top + 3.5
            assert is_beside or is_above, (text, other)


@pytest.mark.parametrize("name", ALL)
def test_a_picture_is_as_wide_as_a_telephone_likes_and_its_alt_text_says_the_finding(name: str) -> None:
    drawing = drawn(name)
    image = Image.open(io.BytesIO(drawing.png))
    assert image.width == 1080
    assert image.mode == "P"
    assert len(image.getcolors() or []) <= 32
    assert len(drawing.png) < (150_000 if "forty" in name else 60_000)
    assert drawing.alt.startswith(drawing.title)
    assert len(drawing.alt) > len(drawing.title)
    assert ElementTree.fromstring(drawing.svg).findtext("{http://www.w3.org/2000/svg}title") == drawing.title
    assert drawing.picture.alt == drawing.alt
    assert all(len(row) == len(drawing.table.columns) for row in (*drawing.table.rows, *drawing.table.totals))


def test_vietnamese_letters_are_text_and_a_machine_without_the_font_takes_its_own() -> None:
    svg = drawn("weekdays, a year").svg
    assert "đường xa, mưa lũ" in svg
    assert "font-family: 'DejaVu Sans', sans-serif" in svg
    assert "<script" not in svg
    assert "http://" not in svg.replace("http://www.w3.org/", "")


def test_the_same_facts_make_the_same_bytes() -> None:
    for name in ("weekdays, a year", "case, back"):
        again = draw(ALL[name][0], READER, ALL[name][1])
        assert (again.svg, again.png) == (drawn(name).svg, drawn(name).png)


def test_a_name_stays_a_name() -> None:
    texts = [text for text, *_ in words_of(drawn("villages, hostile names"))]
    assert "<b>&amp;</b>" in texts
    assert "$x^2$ & <svg/>" in texts
    assert "Làng hai dòng" in texts
    assert "□ Núi" in texts
    assert any(text.endswith("…") for text in texts)
    assert LONG in [row[0] for row in drawn("villages, hostile names").table.rows]


def test_the_weeks_table_and_title_say_what_the_figures_say() -> None:
    facts = a_place(a_year(DAYS, unreported=MISSING), a_year(LAST_YEAR, seed=2))
    drawing, known = drawn("weeks, a year"), facts.this.by_week()
    assert [row[3] for row in drawing.table.rows if row[3]] == [one.enrolled for one in known.values()]
    assert sum(int(row[4] or 0) for row in drawing.table.rows) == facts.this.total.attendance.absent
    assert sum(int(row[6] or 0) for row in drawing.table.rows) == facts.this.total.missing
    last, before = (float(str(row[2]).rstrip("%").replace(",", ".")) for row in reversed(drawing.table.rows[-2:]))
    assert f"{drawing.table.rows[-1][2]} đi học, giảm {before - last:.1f}".replace(".", ",") in drawing.title
    assert f"{facts.this.total.reported}/{facts.this.total.due}" in drawing.svg


def test_last_years_line_goes_by_school_weeks_and_a_week_without_a_roll_is_no_zero() -> None:
    last = [one for one in weeks.weeks_of(a_year(LAST_YEAR, seed=2)) if one.number is not None]
    rows = drawn("weeks, a year").table.rows
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[5] for row in rows] == [
        READER.share(one.tally.present, one.tally.enrolled) for one in last[: len(rows)]
    ]
    missing = [row for row in rows if not row[3]]
    assert [(row[2], row[6]) for row in missing] == [("–", 5)]
    assert "chưa lớp nào báo" in drawn("weeks, a year").alt + drawn("weeks, a year").svg
    breaks = [one.monday for one in weeks.weeks_of(a_year(DAYS)) if one.number is None]
    assert breaks == [date(2024, 2, 5), date(2024, 2, 12)]
    assert "Tết" in drawn("weeks, a year").svg


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    assert "không phải từ 0" in re.sub(r"\s+", " ", " ".join(text for text, *_ in words_of(drawn("weeks, a year"))))
    low = drawn("weeks, hardly anybody came")
    assert "0%" in [text for text, *_ in words_of(low)]
    assert "không phải từ 0" not in low.svg


def test_the_weekdays_table_and_title_say_what_the_figures_say() -> None:
    figures, drawing = a_year(DAYS, unreported=MISSING), drawn("weekdays, a year")
    of_days = figures.by_weekday()
    counted = [(tally.enrolled, tally.absent) for _, tally in sorted(of_days.items())]
    assert [(row[1], row[2]) for row in drawing.table.rows] == counted
    assert all(sum(int(n or 0) for n in row[4:]) == row[2] for row in drawing.table.rows)
    assert f"thứ 2 ({drawing.table.rows[0][3]})" in drawing.title


def test_the_villages_table_and_title_say_what_the_figures_say() -> None:
    figures, drawing = a_year(DAYS, villages=16), drawn("villages, sixteen")
    assert sum(int(row[5] or 0) for row in drawing.table.rows) == figures.total.at_risk
    assert sum(int(row[3] or 0) for row in drawing.table.rows) == figures.total.attendance.absent
    first = drawing.table.rows[0]
    assert f"{figures.total.at_risk} em cần vận động, nhiều nhất ở thôn {first[0]} ({first[5]} em)" in drawing.title
    assert "không có học sinh" in drawn("villages, one is empty").svg


def test_the_pupils_table_and_title_say_what_the_days_say() -> None:
    drawing, states = drawn("pupil, a year"), list(some_days(DAYS).values())
    assert len(drawing.table.totals) == 1
    counted = drawing.table.totals[0]
    kinds = (State.PRESENT, State.EXCUSED, State.UNEXCUSED, State.UNKNOWN, State.NOT_REPORTED)
    assert list(counted[1:6]) == [states.count(one) for one in kinds]
    away = sum(int(n or 0) for n in counted[2:5])
    assert f"vắng {away}/{away + int(counted[1] or 0)} ngày" in drawing.title


def test_a_case_says_how_it_stands() -> None:
    titles = {name: drawn(name).title for name in ALL if name.startswith("case")}
    assert titles["case, back"] == "Em Chi, lớp 6A: vắng 11 ngày, thăm nhà 2 lần, đi học lại từ 12/3"
    assert titles["case, dropped out"].endswith("đã thôi học từ 20/3")
    assert titles["case, promised"].endswith("hẹn đi học ngày 22/3")
    assert titles["case, closed"].endswith("khép việc ngày 20/3")
    assert titles["case, long"].endswith("chưa đi học lại")
    rows = drawn("case, back").table.rows
    assert next(row[0] for row in rows if row[1] == "vắng không phép (K)") == "29/2"
    assert ("12/3", "đúng hẹn") in rows


@pytest.mark.parametrize("name", ["weeks", "weekdays", "villages", "pupil"])
def test_without_any_roll_one_sentence_stands_in_place_of_empty_axes(name: str) -> None:
    empty = PupilYear("Chi", "6A") if name == "pupil" else a_place(PeriodFigures(DAYS[0], TODAY))
    drawing = draw(name, READER, empty)
    assert drawing.is_empty
    assert "chưa" in drawing.title
    assert (drawing.svg, drawing.table.rows) == ("", ())
    assert drawing.alt == drawing.title


def test_pictures_speak_english_too() -> None:
    drawing = draw("weeks", Reader(locale="en"), a_place(a_year(DAYS)))
    assert re.match(r"Commune of Long Môn: \d\d\.\d% in class this week, ", drawing.title)


def test_every_picture_asks_for_a_right_that_exists() -> None:
    assert list(PICTURES) == ["weeks", "weekdays", "villages", "case", "pupil"]
    assert all(one.right in RIGHTS for one in PICTURES.values())


# --- reading -------------------------------------------------------------------------------------------------


@contextmanager
def _opened(work: Work) -> Iterator[Work]:
    yield work


def reading(world: World, name: str, subject_id: int = 0) -> object:
    return PICTURES[name].read(lambda: _opened(world.work), subject_id)


def looks(world: World, action: str) -> list[int | None]:
    return list(world.session.scalars(select(Audit.subject_id).where(Audit.action == action)))


def a_commune(world: World) -> tuple[Pupil, Person]:
    """Two villages, two classes, three days of one class; Chi is away on the last two."""
    chi = world.pupil("Đinh Thị Chi", of="6A")
    world.pupil("Đinh Thị An", of="6A", village="Làng Trê")
    world.pupil("Đinh Văn Em", of="7A", village="Làng Trê")
    hoa = world.teacher("Đinh Thị Hoa", of="6A")
    world.absent(chi, hoa, ("2024-03-18", Reason.FIELDS), ("2024-03-19", Reason.ILL))
    return chi, hoa


def test_a_commune_is_read_as_the_one_place_that_counts_has_it(world: World) -> None:
    a_commune(world)
    thu = world.official("Phạm Thị Thu")
    world.acting(thu)
    facts = reading(world, "weeks")
    assert isinstance(facts, places.Facts)
    first = date(2023, 8, 1)
    assert facts.this == coverage.period(world.work.scope, world.work, first, world.work.today)
    assert (facts.place, facts.last, set(facts.villages.values())) == ("Long Môn", None, {"Cà Xen", "Làng Trê"})
    weeks_of = facts.this.village_weeks
    assert {key: sum(one.enrolled for one in found.values()) for key, found in weeks_of.items()} == {
        key: counts.attendance.enrolled for key, counts in facts.this.villages.items() if counts.attendance.enrolled
    }
    drawing = draw("villages", READER, facts)
    assert [(row[0], row[2], row[3]) for row in drawing.table.rows] == [("Cà Xen", 2, 2), ("Làng Trê", 2, 0)]


def test_a_school_sees_its_own_and_a_teacher_no_picture_of_the_commune(world: World) -> None:
    _, hoa = a_commune(world)
    world.acting(world.school_head("Phạm Văn Sơn"))
    facts = reading(world, "villages")
    assert isinstance(facts, places.Facts)
    assert facts.is_school
    assert draw("villages", READER, facts).title.startswith("Trường PTDTBT TH&THCS Long Môn: ")
    world.acting(hoa)
    for name in ("weeks", "weekdays", "villages"):
        with pytest.raises(Refused) as refused:
            reading(world, name)
        assert refused.value.code == "not_allowed"


def test_a_pupils_year_is_for_who_may_see_the_pupil_and_the_look_is_audited(world: World) -> None:
    chi, hoa = a_commune(world)
    world.acting(hoa)
    facts = reading(world, "pupil", chi.id)
    assert isinstance(facts, PupilYear)
    away = {day for day, state in facts.days.items() if state in (State.UNEXCUSED, State.EXCUSED, State.UNKNOWN)}
    assert away == {date(2024, 3, 18), date(2024, 3, 19)}
    assert facts.days[date(2023, 9, 6)] == State.NOT_REPORTED
    assert date(2024, 2, 12) not in facts.days
    assert looks(world, "pupil.absences_seen") == [chi.id]
    na = world.teacher("Đinh Thị Na", of="7A")
    rot = world.village_head("Đinh Văn Rớt", of="Làng Trê")
    for who in (na, rot):
        world.acting(who)
        with pytest.raises(Refused) as refused:
            reading(world, "pupil", chi.id)
        assert refused.value.code == "outside_scope"
    parents = world.person("Đinh Thị Mé", Role.PARENTS, class_id=world.school_class("6A").id)
    world.acting(parents)
    with pytest.raises(Refused):
        reading(world, "pupil", chi.id)


def test_a_case_is_read_with_its_days_and_deeds_by_who_may_see_it(world: World) -> None:
    chi, hoa = a_commune(world)
    world.acting(hoa)
    opened = cases.open(world.work, chi.id)
    facts = reading(world, "case", opened.id)
    assert isinstance(facts, CaseLine)
    assert (facts.given, facts.class_name, facts.since) == ("Chi", "6A", date(2024, 3, 18))
    assert draw("case", READER, facts).title.startswith("Em Chi, lớp 6A: vắng 2 ngày, chưa thăm nhà, ")
    assert looks(world, "case.seen") == [opened.id]
    world.acting(world.village_head("Đinh Văn Rớt", of="Làng Trê"))
    with pytest.raises(Refused) as refused:
        reading(world, "case", opened.id)
    assert refused.value.code == "outside_scope"


def test_visits_promises_calls_and_the_return_stand_on_their_days(world: World) -> None:
    chi, hoa = a_commune(world)
    world.acting(hoa)
    opened = cases.open(world.work, chi.id)
    at = datetime(2024, 3, 19, 17, tzinfo=VIETNAM)
    more = {"pupil_id": chi.id, "case_id": opened.id}
    visit = Visit(**more, visitor_id=hoa.id, visited_on=date(2024, 3, 19), visited_at=at, met="nobody", reported_at=at)
    promise = Promise(**more, day=date(2024, 3, 20), made_at=at, to_id=hoa.id, kept="yes")
    world.session.add_all([visit, promise])
    case_events.record(world.work, opened, case_events.CALLED, is_reached=1, reason="")
    opened.back_on = date(2024, 3, 20)
    world.session.flush()
    facts = reading(world, "case", opened.id)
    assert isinstance(facts, CaseLine)
    assert (facts.visits, facts.promises) == (((date(2024, 3, 19), False),), ((date(2024, 3, 20), "yes"),))
    assert (facts.calls, facts.back) == (((date(2024, 3, 20), True),), date(2024, 3, 20))
    title = draw("case", READER, facts).title
    assert title == "Em Chi, lớp 6A: vắng 2 ngày, thăm nhà 1 lần, đi học lại từ 20/3"
