"""Whom a meeting of a plan invites: the lines as written, and the roles that each line stands for.

An invitation is a composition (roles in the commune, roles in the meeting's villages), not a list of people: it
also holds for somebody who joins tomorrow. Who is who: reference/domain.md §2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.importers.plan_places import named_villages
from bot.importers.plan_words import after_ditto, flat, is_ditto, one_line

WORDS_AT_MOST = 2000

Where = Literal["commune", "villages"]


@dataclass(frozen=True)
class InviteeRole:
    """Everybody who holds `role` in the commune, or in the meeting's villages.

    `villages` is set when the words themselves name other villages than the meeting's place does.
    """

    role: str
    where: Where
    villages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invitee:
    """One line of the composition, its numbering removed. Guests without an account (elders) have no roles."""

    words: str
    roles: tuple[InviteeRole, ...]


# ------------------------------------------------------------------------------------------- lines

_NUMBER = re.compile(r"(?:(?<=^)|(?<=[\s;.,]))(\d{1,2})(?:[.)](?!\d)|\s?[-/](?=\s))\s*(?=[^\W\d_])")
_BULLET = re.compile(r"^\s*(?:[-–+•*·▪]|[a-zđ]\)|\d{1,2}(?:\.\d{1,2})?[.)/])\s*(?=\S)")
_INLINE_BULLET = re.compile(r"(?<=[;.,:])\s*[-–+•]\s*(?=[^\W\d_])")
_HEADING = re.compile(r"^(?:[^:]{1,40}):$")
_LABEL = re.compile(
    r"^(?:thanh phan(?: (?:moi|du|tham du|tham gia|hop|du hop))*(?: gom(?: co)?)?|kinh moi|gom(?: co)?)\s*:\s*"
)


def read_invitees(text: str, *, above: str = "", villages: tuple[str, ...] = ()) -> tuple[Invitee, ...]:
    """Reads a cell of *Thành phần*; `above` is the cell that "Như trên" means."""
    found: list[Invitee] = []
    is_village_part = False
    for line in invitee_lines(text, above=above):
        if _HEADING.match(line):
            is_village_part = _is_of_village(line)
            continue
        found.append(Invitee(line[:WORDS_AT_MOST], _roles(line, villages, is_village_part=is_village_part)))
    return tuple(found)


def resolved(text: str, above: str) -> str:
    """The cell with "Như trên" replaced by the cell above it."""
    if is_ditto(text):
        return above
    more = after_ditto(text)
    return text if more is None else f"{above}\n- {more}".strip("\n- ")


def invitee_lines(text: str, *, above: str = "") -> list[str]:
    """The lines of a composition: by its numbers, by bullets, by lines, or one line by its semicolons."""
    text = resolved(text, above)
    text = text[_label_end(text) :]
    numbered = _by_numbers(text)
    if numbered is not None:
        lines = [part for piece in numbered for part in _by_bullets(piece)]
    else:
        lines = _by_bullets(text)
        if len(lines) == 1 and ";" in lines[0]:
            lines = lines[0].split(";")
    return [line for line in (one_line(line).strip(" ;.,") for line in lines) if re.search(r"\w", line)]


def _label_end(text: str) -> int:
    found = _LABEL.match(flat(text))
    return found.end() if found else 0


def _by_numbers(text: str) -> list[str] | None:
    """ "1. … 2. …" also within one line: only numbers that count up from 1 are numbers of lines."""
    starts: list[tuple[int, int]] = []
    for found in _NUMBER.finditer(text):
        begins_line = not text[: found.start()].rpartition("\n")[2].strip(" :")
        if int(found[1]) == len(starts) + 1 and (starts or begins_line):
            starts.append((found.start(), found.end()))
    if not starts:
        return None
    ends = [begin for begin, _ in starts[1:]] + [len(text)]
    head = text[: starts[0][0]].strip()
    return ([head] if head else []) + [text[begin:end] for (_, begin), end in zip(starts, ends, strict=True)]


def _by_bullets(text: str) -> list[str]:
    """Lines; one that goes on in small letters after an unfinished one belongs to it."""
    lines: list[str] = []
    for raw in text.split("\n"):
        if not raw.strip():
            continue
        is_bulleted = _BULLET.match(raw) is not None
        line = _BULLET.sub("", raw).strip()
        parts = _INLINE_BULLET.split(line) if is_bulleted else [line]
        goes_on = lines and not is_bulleted and not lines[-1].endswith((";", ".", ":"))
        if goes_on and (line[:1].islower() or lines[-1].endswith((",", "-")) or line[:1] == "("):
            lines[-1] += " " + parts.pop(0)
        lines += parts
    return lines


# ------------------------------------------------------------------------------------------- roles


def _any(*words: str) -> str:
    return rf"\b(?:{'|'.join(words)})\b"


_FRONT = r"(?:mat tran|mttq|mt)"
_EDUCATION = r"(?:gd ?(?:&|va|-)? ?dt|giao duc(?: va dao tao)?)"
# In this order, each on what the rows before it left over. "flat": without marks; "letters": marks decide.
# None: bodies of a district or a province, which nobody here stands for.
_RULES: tuple[tuple[str | None, str, str], ...] = (
    (None, "flat", _any(
        r"(?:lanh dao |dai dien |thuong truc )*(?:huyen|tinh) uy",
        r"(?:lanh dao |dai dien )*(?:ubnd|hdnd|ubmttq\w*|cong an|phong [a-z ]{2,40}) (?:huyen|tinh)",
        rf"phong {_EDUCATION}", rf"so {_EDUCATION}",
    )),
    ("village_front", "flat", _any(
        rf"(?:pho )?(?:truong )?(?:ban )?(?:bct|ban cong tac|ctmt|cong tac) ?{_FRONT}(?: to quoc)?(?: viet nam)?",
        r"bct", r"ctmt", rf"(?:truong ban|chi hoi truong|to truong|(?<!uy )ban) {_FRONT}",
        rf"{_FRONT}(?: to quoc)?(?: viet nam)? (?:cac |o )?(?:thon|ban|khu dan cu|kdc)",
    )),
    ("village_head", "letters", "(?i)" + _any(
        r"trưởng(?:,? phó)?(?: tất cả)?(?: các)?(?: [0-9]+(?:/[0-9]+)?)?(?: \([0-9]+\))? (?:thôn|bản|xóm|khu dân cư)",
    )),
    ("village_head", "flat", _any(
        r"thon truong", r"ban (?:nhan dan|quan ly|dan chinh) (?:cac )?thon", r"bi thu (?:cac )?chi bo", r"chi uy",
        r"cap uy (?:cac )?(?:thon|chi bo)", r"(?:lanh dao|can bo) (?:cac )?thon",
    ) + r"|^(?:dai dien )?(?:cac|[0-9]+) thon\b"),
    ("both", "flat", _any(r"(?:ban )?can su (?:cac |[0-9]+ )?thon", r"he thong chinh tri (?:o )?(?:cac )?thon")),
    ("parents", "flat", _any(
        r"(?:chi hoi |ban dai dien |hoi )*(?:phu huynh|cha me|bo me|cmhs|phhs)(?:,? (?:va )?(?:cac )?(?:hoc sinh|em))?",
        r"(?:ho )?gia dinh (?:hoc sinh|cac em|co (?:hoc sinh|con|tre))",
    )),
    ("police", "letters", "(?i)" + _any(r"công an", r"cax", r"ca (?:xã|thôn)")),
    ("teacher", "flat", _any(
        r"giao vien", r"gvcn", r"gv", r"quan sinh", r"tong phu trach", r"thay,? (?:giao,? )?co", r"nhan vien ban tru",
    )),
    ("school", "flat", _any(r"ban giam hieu", r"bgh", r"(?:pho )?hieu (?:truong|pho)")),
    ("front", "flat", _any(r"(?:uy ban |ub ?)?(?:mttq\w*|mat tran)(?: to quoc)?(?: viet nam| vn)?", r"ubmt\w*")),
    ("organisation", "flat", _any(
        r"to chuc (?:chinh tri|ct) ?[-–]? ?(?:xa hoi|xh)", r"ct ?[-–]? ?xh", r"doan the", r"cac hoi",
        r"(?:hoi )?lien hiep phu nu", r"hoi (?:lhpn|phu nu|pn|nong dan|nd|cuu chien binh|ccb)", r"lhpn", r"hpn",
        r"phu nu", r"hnd", r"nong dan", r"ccb", r"cuu chien binh", r"doan thanh nien", r"dtn", r"tncs", r"doan tn",
        r"xa doan", r"doan xa", r"chi doan", r"cong doan",
    )),
    ("official", "letters", r"\b(?:TV ?)?ĐU\b"),
    ("official", "flat", _any(
        r"ubnd", r"uy ban nhan dan", r"hdnd", r"hoi dong nhan dan", r"dang uy", r"dang bo xa", r"btv", r"tt\.? ?du",
        r"(?:lanh dao|can bo) (?:cua )?(?:xa|dia phuong)", r"chinh quyen", r"cap uy", r"cong chuc", r"bi thu dang",
        r"van hoa ?[-–,]? ?(?:va )?xa hoi", r"vh ?[-–]? ?xh", r"(?:cac )?ban,? nganh", r"ban chi dao", r"bcd",
        r"cac (?:phong|co quan)", r"phong kinh te", r"van phong",
    )),
)  # fmt: skip
_COMPILED = tuple((role, on, re.compile(pattern)) for role, on, pattern in _RULES)
_SCHOOL_PHRASE = re.compile(
    r"^(?:(?:ở|đại diện|lãnh đạo|các|hai|toàn thể|cán bộ|điểm|[0-9]+) )*(?:nhà )?trường\b", re.IGNORECASE
)
_CHAIR_PHRASE = re.compile(r"\b(?:pho )?chu tich\b|\bthuong truc\b")
_PHRASES = re.compile(r"[;,:]|\bvà\b|\bcùng\b")

_ALWAYS_COMMUNE = ("official", "front", "school", "teacher")
_EVERY_VILLAGE = re.compile(
    r"\b(?:toan xa|trong xa|tren dia ban xa|tat ca cac|cac) (?:thon|ban)\b|\btoan xa\b|\btrong xa\b"
)

_BRANCH = re.compile(r"\bchi (?:hoi|doan)\b|\bcong an vien\b")
_OF_COMMUNE = re.compile(r"\bxa\b(?! hoi)")


def roles_of(words: str, *, villages: tuple[str, ...] = ()) -> tuple[InviteeRole, ...]:
    """The roles that a line of a composition stands for; none for guests and words that say no role."""
    return _roles(words, villages, is_village_part=False)


def _roles(words: str, villages: tuple[str, ...], *, is_village_part: bool) -> tuple[InviteeRole, ...]:
    found: dict[InviteeRole, None] = {}
    is_village_part = is_village_part or re.match(r"(?:o|cap) (?:cac )?thon\b", flat(words)) is not None
    phrases = _phrases(words)
    for role, start in _matches(words):
        phrase = next(phrase for begin, phrase in reversed(phrases) if begin <= start)
        where, named = _where(role, phrase, words, villages, is_village_part=is_village_part)
        found[InviteeRole(role, where, named)] = None
    return tuple(found)


def _matches(words: str) -> list[tuple[str, int]]:
    """Each role with the place of its word; a word counts once ("UBMTTQVN" is no UBND)."""
    texts = {"flat": flat(words), "letters": words}
    matches: list[tuple[str, int]] = []
    for role, on, pattern in _COMPILED:
        for found in list(pattern.finditer(texts[on])):
            if role is not None:
                roles = ("village_head", "village_front") if role == "both" else (role,)
                matches += [(each, found.start()) for each in roles]
            for name, text in texts.items():
                blank = "\0" * (found.end() - found.start())
                texts[name] = text[: found.start()] + blank + text[found.end() :]
    for begin, phrase in _phrases(words):
        end = begin + len(phrase)
        if any(begin <= start < end for _, start in matches):
            continue
        if _SCHOOL_PHRASE.match(words[begin:end].strip()):
            matches.append(("school", begin))
        elif _CHAIR_PHRASE.search(texts["flat"][begin:end]) and "\0" not in texts["flat"][begin:end]:
            matches.append(("official", begin))
    return sorted(matches, key=lambda match: match[1])


def _phrases(words: str) -> list[tuple[int, str]]:
    cuts = [0, *(found.end() for found in _PHRASES.finditer(words)), len(words)]
    return [(start, words[start:end]) for start, end in pairwise(cuts)]


def _is_of_village(words: str) -> bool:
    return re.search(r"\b(?:thon|khu dan cu)\b", flat(words)) is not None


def _where(
    role: str, phrase: str, words: str, villages: tuple[str, ...], *, is_village_part: bool
) -> tuple[Where, tuple[str, ...]]:
    if role in _ALWAYS_COMMUNE:
        return "commune", ()
    is_village_role = role in ("village_head", "village_front")
    if is_village_role or role == "parents":
        named = tuple(name for name in named_villages(words) if name not in villages)
        if is_village_role and named:
            return "villages", tuple(named_villages(words))
        is_every = _EVERY_VILLAGE.search(flat(phrase)) is not None and len(villages) < 2
        is_of_schools = role == "parents" and re.search(r"\btrường\b", phrase.lower()) is not None
        return ("commune" if is_every or is_of_schools or not villages else "villages"), ()
    is_here = is_village_part or _is_of_village(phrase) or _BRANCH.search(flat(phrase)) is not None
    is_here = is_here or (_is_of_village(words) and not _OF_COMMUNE.search(flat(words)))
    return ("villages" if is_here and villages and not _OF_COMMUNE.search(flat(phrase)) else "commune"), ()
