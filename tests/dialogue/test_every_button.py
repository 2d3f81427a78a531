"""Presses every button of every step of every conversation: no exception, no dead end, and the voice is kept."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy.orm import Session

from bot.conversations import CONVERSATIONS
from bot.messages import Choice, Kind, Outgoing, Profile
from storage.people import Status
from tests.dialogue.hands import Hand, person
from tests.dialogue.voice import faults
from tests.phone import BUTTONS, NUMBERS

IS_LONG = os.environ.get("RALOP_TESTS") == "long"
TEACHER, HEAD, OFFICIAL, ADMIN, SCHOOL, POLICE, PARENTS = (
    "Đinh Thị Hoa",
    "Đinh Văn Rớt",
    "Phạm Thị Thu",
    "Đinh Văn Lập",
    "Phạm Văn Sơn",
    "Hồ Văn Tú",
    "Đinh Thị Nương",
)
ON_BUTTONS = (TEACHER, HEAD, OFFICIAL, ADMIN, *((SCHOOL, POLICE, PARENTS) if IS_LONG else ()))
ON_NUMBERS = (TEACHER, HEAD, OFFICIAL, PARENTS) if IS_LONG else (PARENTS,)
IN_ENGLISH = (TEACHER, HEAD, OFFICIAL, SCHOOL) if IS_LONG else (SCHOOL,)
DEEP = 14 if IS_LONG else 9
ALIKE = 4 if IS_LONG else 1  # so many buttons of one shape are pressed at each step
# What is typed where words are wanted, so that the way goes on behind the question.
TYPED = ("Chi 6A", "An, Bình ốm", "thứ 6", "19h", "Đinh Văn Rin", "0900 000 001", "1 2")
WORDS = ("0", "bỏ qua", "giúp", "sửa", "thêm", "việc", "hủy") if IS_LONG else ("0", "bỏ qua", "giúp", "việc")
KINDS = (Kind.OTHER, Kind.PHOTO, Kind.VOICE) if IS_LONG else (Kind.PHOTO,)
NONSENSE = ("ờ ờ ờ", "zzz 77", "???!")
LINES = (
    "vắng 6A: An, Bình, Chi ốm",
    "đủ",
    "Bình 6A đến rồi",
    "thăm em Chi 6A: gặp mẹ, hẹn thứ 6",
    "thăm em Bé",
    "họp 18h30 thứ 6 29/3 Làng Trê, Làng Giữa",
    "đổi họp tối mai sang 19h",
    "hoãn họp",
    "tìm dinh thi",
    "tìm be",
    "tìm xoan",
    "alo",
)


def shape(choice: Choice) -> str:
    """Buttons of one shape differ only in whom or what they name."""
    value = re.sub(r"^\w{8}:", "", choice.value) if not choice.value.startswith("!") else choice.value
    return re.sub(r"\d+|\.[0-9a-f]{10}$", "#", value)


@dataclass
class Crawler:
    """Walks from button to button, each kind of step once; what is found wrong is written down."""

    hand: Hand
    seen: set[tuple[object, ...]] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    presses: int = 0

    def walk(self, path: tuple[str, ...]) -> None:
        """Looks at what was said last, and goes on from there in every way."""
        said = self.hand.said
        self.look(said, path)
        step = self.hand.open_step()
        choices = [choice for message in said for choice in message.choices]
        sign = (*step, tuple(sorted({shape(choice) for choice in choices})), len(said))
        if sign in self.seen or len(path) >= DEEP:
            return
        self.seen.add(sign)
        pressed: dict[str, int] = {}
        for choice in choices:
            kind = shape(choice)
            pressed[kind] = pressed.get(kind, 0) + 1
            if pressed[kind] <= ALIKE:
                with self.hand.taken_back():
                    self.presses += 1
                    self.hand.presses(choice.value)
                    self.walk((*path, choice.caption))
        if step[0] and (IS_LONG or step not in self.asked):
            self.asked.add(step)
            self.speak(path)

    def speak(self, path: tuple[str, ...]) -> None:
        """At an open question: words that may be wanted, words that are not, other kinds of message, the way back."""
        for text in TYPED:
            with self.hand.taken_back():
                self.hand.types(text)
                self.walk((*path, text))
        with self.hand.taken_back():
            for text in NONSENSE:
                self.look(self.hand.types(text), (*path, text))
        for kind in KINDS:
            with self.hand.taken_back():
                self.look(self.hand.sends(kind), (*path, kind))
        for word in WORDS:
            with self.hand.taken_back():
                self.look(self.hand.types(word), (*path, word))

    def look(self, said: list[Outgoing], path: tuple[str, ...]) -> None:
        way = " > ".join(path)
        if not said:
            self.wrong.append(f"{way}: no answer")
            return
        for message in said:
            self.wrong += [f"{way}: {fault}: {message.text!r}" for fault in faults(message, self.hand.person.locale)]
        if not any(message.choices for message in said) and not self.hand.open_step()[0] and self.is_here():
            self.wrong.append(f"{way}: no way on: {said[-1].text!r}")

    def is_here(self) -> bool:
        return self.hand.person.status == Status.ACTIVE


def crawled(session: Session, name: str, profile: Profile, locale: str = "vi") -> Crawler:
    who = person(session, name)
    who.locale = locale
    session.flush()
    crawler = Crawler(Hand(session, who, profile))
    commands = [f"/{one.command}" for one in CONVERSATIONS if one.command]
    for start in (*commands, *LINES):
        with crawler.hand.taken_back():
            crawler.hand.types(start)
            crawler.walk((start,))
    return crawler


def _must_be_right(crawler: Crawler) -> None:
    assert not crawler.wrong, "\n".join(dict.fromkeys(crawler.wrong))
    assert crawler.presses > 20, "a crawl that presses nothing finds nothing"


@pytest.mark.parametrize("name", ON_BUTTONS)
def test_every_button_leads_on_and_keeps_the_voice(lively: Session, name: str) -> None:
    _must_be_right(crawled(lively, name, BUTTONS))


@pytest.mark.parametrize("name", ON_NUMBERS)
def test_every_number_leads_on_without_buttons(lively: Session, name: str) -> None:
    _must_be_right(crawled(lively, name, NUMBERS))


@pytest.mark.parametrize("name", IN_ENGLISH)
def test_every_button_leads_on_in_english(lively: Session, name: str) -> None:
    _must_be_right(crawled(lively, name, BUTTONS, "en"))


@pytest.mark.parametrize("name", [TEACHER, HEAD, OFFICIAL, ADMIN, SCHOOL, POLICE, PARENTS])
def test_the_help_of_every_role_fits_on_a_screen(lively: Session, name: str) -> None:
    said = Hand(lively, person(lively, name)).types("/trogiup")
    assert 4 <= len(said[0].text.split("\n")) <= 12, said[0].text
    assert len(said[0].text) <= 900
