"""Names of bodies and signers on papers: who may set them, and that they are set whole (Nghị định 30/2020/NĐ-CP)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from bot.parsing import clean_line
from bot.rules import people
from bot.rules.work import Refused, Work
from storage import letterheads, places
from storage.letterheads import Letterhead
from storage.places import Place, PlaceKind

LENGTH_AT_MOST = 160
RECIPIENTS_AT_MOST = 12


@dataclass(frozen=True)
class OwnWords:
    """What a place has set; an empty text: the usual one.

    `superior` and `body` stand at the upper left, `seat` before the date ("Long Môn"), `mark` behind the number
    ("UBND"), `on_behalf` ("TM. ỦY BAN NHÂN DÂN"), `signer_title` and `signer` at the lower right.
    """

    superior: str = ""
    body: str = ""
    seat: str = ""
    mark: str = ""
    on_behalf: str = ""
    signer_title: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()


def of(work: Work, place_id: int) -> OwnWords:
    """What a commune or a school has set."""
    found = letterheads.of(work.session, place_id)
    if found is None:
        return OwnWords()
    names = [name for name in OwnWords.__dataclass_fields__ if name != "recipients"]
    return OwnWords(**{name: getattr(found, name) for name in names}, recipients=tuple(found.recipients))


def mine(work: Work) -> list[Place]:
    """The communes and schools whose words the acting person may set."""
    if not people.may(work, "letterheads.set"):
        return []
    communes = [place for place in (places.get(work.session, one) for one in sorted(work.scope.communes)) if place]
    schools = [one for commune in communes for one in places.of_kind(work.session, PlaceKind.SCHOOL, commune.id)]
    own = [place for place in (places.get(work.session, one) for one in sorted(work.scope.schools)) if place]
    return list({place.id: place for place in (*communes, *schools, *own)}.values())


def put(work: Work, place_id: int, words: OwnWords) -> Letterhead:
    """Sets the words of a place. Raises Refused: not allowed, `outside_scope`, `too_long`."""
    people.require(work, "letterheads.set")
    if place_id not in {place.id for place in mine(work)}:
        raise Refused("outside_scope")
    values = {name: clean_line(text) for name, text in asdict(words).items() if name != "recipients"}
    lines = [line for line in (clean_line(one) for one in words.recipients) if line]
    if any(len(one) > LENGTH_AT_MOST for one in (*values.values(), *lines)) or len(lines) > RECIPIENTS_AT_MOST:
        raise Refused("too_long")
    found = letterheads.of(work.session, place_id)
    if found is None:
        found = Letterhead(place_id=place_id, set_at=work.now)
        work.session.add(found)
    for name, text in values.items():
        setattr(found, name, text)
    found.recipients, found.set_by, found.set_at = lines, work.actor_id, work.now
    work.session.flush()
    work.audit("letterhead.set", "place", place_id)
    return found
