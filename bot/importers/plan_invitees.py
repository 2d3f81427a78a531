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
    found = []
    is_village_part = False
    for line in invitee_lines(text, above=above):
        if _HEADING.match(line):
            is_village_part = _is_of_village(line)
            continue
        found.append(Invitee(line, _roles(line, villages, is_village_part=is_village_part)))
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

_ORGANISATION = (
    r"to chuc (?:chinh tri|ct) ?[-–]? ?(?:xa hoi|xh)\b|\bct ?[-–]? ?xh\b|(?:cac |hoi,? ?)?doan the\b|\bcac hoi\b"
    r"|(?:hoi )?lien hiep phu nu|\bhoi (?:lhpn|phu nu|pn|nong dan|nd|cuu chien binh|ccb)\b|\blhpn\b|\bphu nu\b|\bhpn\b"
    r"|\bhnd\b|\bnong dan\b|\bccb\b|cuu chien binh|doan thanh nien|\bdtn\b|\btncs\b|\bdoan tn\b|\bxa doan\b"
    r"|\bdoan xa\b|\bchi doan\b|\bcong doan\b"
)
_VILLAGE_FRONT = (
    r"\b(?:pho |truong )?(?:truong )?(?:ban )?(?:bct|ban cong tac|ctmt|cong tac)(?: ?(?:mat tran|mttq|mt)\b)(?: to quoc)?"
    r"(?: viet nam)?|\bbct\b|\bctmt\b|\b(?:truong ban|chi hoi truong|to truong|(?<!uy )ban) (?:mat tran|mttq|mt)\b"
    r"|\b(?:mat tran|mttq|mt)(?: to quoc)?(?: viet nam)? (?:cac |o )?(?:thon|ban|khu dan cu|kdc)\b"
)
_OFFICIAL = (
    r"\bubnd\b|\buy ban nhan dan\b|\bhdnd\b|\bhoi dong nhan dan\b|\bdang uy\b|\bdang bo xa\b|\bbtv\b|\btt\.? ?du\b"
    r"|\b(?:lanh dao|can bo|cong chuc) (?:cua )?(?:xa|dia phuong)\b|\bchinh quyen\b|\bcap uy\b|\bcong chuc\b"
    r"|\bvan hoa ?[-–,]? ?(?:va )?xa hoi\b|\bvh ?[-–]? ?xh\b|\b(?:cac )?ban,? nganh\b|\bbi thu dang\b"
    r"|\bban chi dao\b|\bbcd\b|\bcac (?:phong|co quan)\b|\bphong kinh te\b|\bvan phong\b"
)
_NOT_OURS = (
    r"\b(?:lanh dao |dai dien |thuong truc )*(?:huyen uy|tinh uy|(?:ubnd|hdnd|ubmttq\w*|cong an|phong [a-z ]{2,40}) (?:huyen|tinh)"
    r"|phong (?:gd ?(?:&|va|-)? ?dt|giao duc(?: va dao tao)?)|so (?:gd ?(?:&|va|-)? ?dt|giao duc(?: va dao tao)?))\b"
)

# In this order, each on what the rows before it left over. "letters": marks and capitals decide.
_RULES: tuple[tuple[str | None, str, str], ...] = (
    (None, "flat", _NOT_OURS),
    ("village_front", "flat", _VILLAGE_FRONT),
    ("village_head", "letters", r"(?i)\btrưởng(?:,? phó)?(?: (?:các|tất cả các))?(?: [0-9]+(?:/[0-9]+)?)?(?: \([0-9]+\))?"
     r" (?:thôn|bản|xóm|khu dân cư)\b"),
    ("village_head", "flat", r"\b(?:thon truong|ban (?:nhan dan|quan ly|dan chinh) (?:cac )?thon|bi thu (?:cac )?chi bo"
     r"|chi uy|cap uy (?:cac )?(?:thon|chi bo)|(?:lanh dao|can bo) (?:cac )?thon)\b|^(?:dai dien )?(?:cac|[0-9]+) thon\b"),
    ("both", "flat", r"\b(?:ban )?can su (?:cac |[0-9]+ )?thon\b|\bhe thong chinh tri (?:o )?(?:cac )?thon\b"),
    ("parents", "flat", r"\b(?:chi hoi |hoi |ban dai dien |hoi )*(?:phu huynh|cha me|bo me|cmhs|phhs)(?:,? (?:va )?(?:cac )?"
     r"(?:hoc sinh|em))?\b|\b(?:cac )?(?:ho )?gia dinh (?:hoc sinh|cac em|co (?:hoc sinh|con|tre))"),
    ("police", "letters", r"(?i)\bcông an\b|\bCAX\b|\b(?:CA|ca) (?:xã|thôn)\b"),
    ("teacher", "flat", r"\bgiao vien\b|\bgvcn\b|\bgv\b|\bquan sinh\b|\btong phu trach\b|\bthay,? (?:giao,? )?co\b"
     r"|\bnhan vien ban tru\b"),
    ("school", "flat", r"\bban giam hieu\b|\bbgh\b|\b(?:pho )?hieu (?:truong|pho)\b"),
    ("front", "flat", r"\b(?:uy ban |ub ?)?(?:mttq\w*|mat tran)(?: to quoc)?(?: viet nam| vn)?\b|\bubmt\w*"),
    ("organisation", "flat", _ORGANISATION),
    ("official", "letters", r"\bĐU\b|\bTV ?ĐU\b"),
    ("official", "flat", _OFFICIAL),
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
