"""Performs a play from outside: over a platform's wire, against `ralop run`, with one power cut in the middle."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import VIETNAM
from storage.database import Database
from tests.play import CHOICE, CODE, Line, Play, same
from tests.wires.house import House
from tests.wires.wire import Closed, Seen, Wire

NUMBERED = re.compile(r"(\d+)\. (.+)")
ABOUT_PAGES = ("Máy đang dùng trang", "Địa chỉ tự cập nhật")
SECONDS = re.compile(r"(?<=[Tt]in thoại) \d+ giây")
ATTACHED = re.compile(r"\((voice|photo|file)( \d+s)?\)")


@dataclass
class Performance:
    """A play on one wire: what differed, and everything that was seen."""

    play: Play
    house: House
    who: str = ""
    code: str = ""  # the last one that was shown
    wrong: list[str] = field(default_factory=list)
    unread: dict[str, list[Seen]] = field(default_factory=dict)
    seen: list[tuple[int, str, Seen]] = field(default_factory=list)
    last_words: list[tuple[int, str, Seen]] = field(default_factory=list)  # the last message before each next act

    @property
    def wire(self) -> Wire:
        return self.house.wire

    @property
    def has_buttons(self) -> bool:
        return self.wire.at(self.who).profile == "buttons"

    def perform(self) -> None:
        """Collects in `wrong` what differs from the play: nothing when everything was seen as written."""
        lines = [line for line in self.play.lines if line.only in ("", self.wire.profile)]
        acts = [line for line in lines if line.sign == ">"]
        cut, is_left_out = acts[len(acts) // 2] if acts else None, False
        for line in lines:
            if line.sign in "@>":
                self._leftover(line)
                self.last_words += self.seen[-1:] if self.seen[-1:] != self.last_words[-1:] else []
                is_left_out = line.sign == ">" and not self.wire.carries(line.text[0])
            if is_left_out:
                continue
            if line is cut:
                self.house.restart()
            try:
                self._line(line)
            except Closed:
                is_left_out = True
        self._leftover(Line("", []))
        self.last_words += self.seen[-1:]

    def _line(self, line: Line) -> None:
        if line.sign == "@":
            self._scene(line.text[0])
        elif line.sign == ">":
            self._does(line.text[0])
            self.house.settle()
            self._look(self.who)
        elif line.sign != "~" or self.has_buttons:
            self._compare(line)

    # What happens

    def _scene(self, text: str) -> None:
        found = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d) )?(?:(\d\d:\d\d))?\s*(.*)", text)
        assert found is not None, text
        if found[2]:
            day = found[1] or self.house.at.astimezone(VIETNAM).date().isoformat()
            self.house.move_to(datetime.fromisoformat(f"{day}T{found[2]}").replace(tzinfo=VIETNAM))
            for who in self.wire.phones:  # open pages and phones show it at once, however long nobody looks
                self._look(who)
        if found[3]:
            self.who = found[3]
        if self.who not in self.wire.phones:
            self._appears(self.who)
        self._look(self.who)

    def _appears(self, who: str) -> None:
        """A phone that nobody knows."""
        database = Database(self.house.url)
        with database.transaction() as session:
            self.wire.appears(session, who)
        database.close()

    def _look(self, who: str) -> None:
        self.unread.setdefault(who, []).extend(self.wire.news(who))

    def _does(self, text: str) -> None:
        text = text.replace("(code)", self.code)
        if found := re.fullmatch(r"\((forwarded|edited)\) (.*)", text):
            self.wire.says(self.who, found[2], found[1])
        elif found := re.fullmatch(r"\((\d\d):(\d\d)\) (.*)", text):
            written_at = self.house.at.astimezone(VIETNAM).replace(hour=int(found[1]), minute=int(found[2]))
            self.wire.says(self.who, found[3], ago_s=int((self.house.at - written_at).total_seconds()))
        elif found := re.fullmatch(r"\((photo|voice|sticker)(?: (\d+)s)?\)(.*)", text):
            self.wire.sends(self.who, found[1], int(found[2] or 0), found[3].strip())
        elif found := re.fullmatch(r"\(file (.+)\)", text):
            self.wire.sends(self.who, "document", 0, "", found[1])
        elif found := re.fullmatch(r"\[(.+)\]", text):
            self._press(found[1])
        else:
            self.wire.says(self.who, text)

    def _press(self, caption: str) -> None:
        screen = self.wire.phones[self.who].screen
        if self.has_buttons:
            for seen in reversed(screen):
                value = next((value for shown, value in seen.buttons if same(_label(shown), _label(caption))), None)
                if value is not None:
                    self.wire.press(self.who, seen, value)
                    return
            raise AssertionError(f"{self.who} sees no [{caption}], only {[seen.captions for seen in screen[-3:]]}")
        self.wire.says(self.who, self._typed_for(caption))

    def _typed_for(self, caption: str) -> str:
        """The number that stands before a choice in the newest message that has it, else its words."""
        for seen in reversed(self.wire.phones[self.who].screen):
            for line in seen.text.split("\n"):
                if (found := NUMBERED.fullmatch(line)) and found[2] == _label(caption):
                    return found[1]
        return re.sub(r"^\W+\s", "", caption)  # without its mark

    # What is seen

    def _leftover(self, line: Line) -> None:
        """What the person on stage was shown but the play does not mention."""
        left, self.unread[self.who] = self.unread.get(self.who, []), []
        for seen in left:
            self.seen.append((line.number, self.who, seen))
            self.wrong.append(f"line {line.number}: {self.who} also saw:\n{_shown(seen)}")

    def _compare(self, line: Line) -> None:
        unread = self.unread.get(self.who, [])
        if not unread:
            self.wrong.append(f"line {line.number}: {self.who} saw nothing, but should see:\n{' / '.join(line.text)}")
            return
        seen = unread.pop(0)
        self.seen.append((line.number, self.who, seen))
        if found := CODE.search(seen.text):
            self.code = found[0]
        if line.text == ["…"]:
            return
        wanted = self._wanted(line)
        actual = self._actual(seen, wanted)
        is_alike = actual == wanted
        if wanted[-1:] == ["…"]:  # and any further ones
            is_alike = "\n".join(actual).startswith("\n".join(wanted[:-1]))
        if not is_alike or (line.sign == "~") != seen.is_edit:
            self.wrong.append(
                f"line {line.number} should be:\n" + "\n".join(wanted) + f"\nbut {self.who} saw"
                f"{' (changed in place)' if seen.is_edit else ''}:\n{_shown(seen)}"
            )

    def _without_pages(self, lines: list[str]) -> list[str]:
        """Without what only a public address adds: a link below a play's words, a choice that is about pages."""
        kept, gone = [], 0
        for line in lines:
            found = NUMBERED.fullmatch(line)
            if found and found[2] in ABOUT_PAGES:
                gone += 1
            elif self.house.public_url not in line:
                kept.append(f"{int(found[1]) - gone}. {found[2]}" if found and gone else line)
        return kept

    def _wanted(self, line: Line) -> list[str]:
        """The lines of a message as the play has it; a last `…` stands for any further ones."""
        words = [text.strip() for text in line.text if not text.startswith("[")]
        if not self.wire.at(self.who).shows_files:
            words = [word for word in words if not ATTACHED.fullmatch(word)]
        choices = [found for text in line.text if text.startswith("[") for found in CHOICE.findall(text)]
        if not self.has_buttons:
            choices = [choice for choice in choices if NUMBERED.fullmatch(choice) or choice == "…"]
        return [self._as_here(word) for word in [*words, *choices]]

    def _as_here(self, word: str) -> str:
        """What no play can know of this wire: its name, and how long a voice note is."""
        word = word.replace("(code)", self.code).replace("• Kênh: phone", f"• Kênh: {self.wire.at(self.who).spoken}")
        word = self.wire.spoken_as.get(word, word)
        return word if self.wire.at(self.who).tells_seconds else SECONDS.sub("", word)

    def _actual(self, seen: Seen, wanted: list[str]) -> list[str]:
        """The lines of a message, its choices each a line. Hints that the play leaves out may stand or not."""
        lines = [*seen.attached, *seen.text.split("\n"), *seen.captions]
        if self.house.is_public:
            lines = self._without_pages(lines)
        if self.has_buttons:
            return [line.strip() for line in lines]
        hints = self.house.hints() - set(wanted)
        lines = [line.strip() for line in lines if line not in hints]
        told = [line for line in lines if line in self.house.hints()]  # a play writes them above the choices
        choices = [line for line in wanted if NUMBERED.fullmatch(line)]
        if told and choices:
            rest = [line for line in lines if line not in told]
            place = rest.index(choices[0]) if choices[0] in rest else len(rest)
            lines = [*rest[:place], *told, *rest[place:]]
        return lines


def _label(caption: str) -> str:
    """A choice without its number, which a choice about pages before it may move."""
    found = NUMBERED.fullmatch(caption)
    return found[2] if found else caption


def _shown(seen: Seen) -> str:
    return "\n".join([*seen.attached, seen.text, *(f"[{caption}]" for caption in seen.captions)])
