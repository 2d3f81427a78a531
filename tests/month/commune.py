"""The commune of the month: 25 village posts, 18 staff of a school and 5 officials, all on one bot that counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from storage.people import Role
from tests.simulation.chances import Chances
from tests.simulation.year import CLASSES, Child, School, draw
from tests.world import World

CHANNEL = "zalo"
FAMILY, MIDDLE = ("Đinh", "Phạm", "Hồ"), ("Thị", "Văn")
GIVEN = (
    "Anh", "Bông", "Cúc", "Dút", "Đào", "Gái", "Hạnh", "Khem", "Lía", "Mận", "Nương", "Oanh", "Phượng", "Quý", "Rin",
    "Sương", "Thủy", "Ửng", "Vân", "Xiêm", "Yến", "Lập", "Nghĩa", "Tro", "Vút", "Rớt", "Bơ", "Krang", "Đát", "Groi",
)  # fmt: skip
# Each village of the generator (its market day and its share of the pupils) is several villages of the commune.
VILLAGES = {
    "Cà Xen": ("Cà Xen", "Gò Tranh", "Nước Lác", "Mang Rễ", "Ta Pa"),
    "Làng Trê": ("Làng Trê", "Làng Đố", "Nước Min", "Gò Rộc"),
    "Làng Giữa": ("Làng Giữa", "Yên Ngựa", "Hà Liệt", "Trà Lăng"),
}
WITHOUT_FRONT = "Trà Lăng"  # 13 villages, 25 posts
OFFICIALS = ("Thu", "Nga", "Lập", "Bên", "Dung")
SCHOOL_HEADS = ("Sơn", "Hiền", "Phương", "Minh")  # the head, two deputies, and who leads the pupils' troop
GONE = ("5B", "6B")  # classes of the generator that this school has not


VILLAGE, STAFF, OFFICIAL = "village", "staff", "official"


@dataclass
class Town:
    """Who lives there: phones by address, with their kind; pupils with their generator; teachers by class."""

    school: School
    people: dict[str, int] = field(default_factory=dict)  # address -> person
    posts: dict[str, str] = field(default_factory=dict)  # address -> kind
    children: dict[int, Child] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    teachers: dict[str, str] = field(default_factory=dict)  # class -> address
    classes: dict[str, int] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()  # who ignores everything

    def joins(self, post: str, address: str, person_id: int) -> None:
        self.people[address], self.posts[address] = person_id, post


def settle(world: World, chances: Chances, seed: int, first: date, *, pupils: int = 312, classes: int = 14) -> Town:
    """Draws the school, lets it live without us until `first`, and lets everybody join over one bot."""
    known = tuple(one for one in CLASSES if one not in GONE)
    town = Town(draw(chances, seed, pupils=pupils, classes=known[:classes]))
    for n, on in enumerate(town.school.days):
        if on >= first:
            break
        for child in town.school.children:
            child.day(n, on)
    _pupils(world, town, Random(f"villages {seed}"))
    for place, name in enumerate(sorted({child.class_name for child in town.children.values()})):
        address = f"cô {name}"
        person = world.teacher(f"Đinh Thị Cô{place}", of=name, address=address, channel=CHANNEL)
        town.joins(STAFF, address, person.id)
        town.teachers[name], town.classes[name] = address, world.school_class(name).id
    for name in SCHOOL_HEADS:
        person = world.school_head(f"Phạm Văn {name}", address=f"thầy {name}", channel=CHANNEL)
        town.joins(STAFF, f"thầy {name}", person.id)
    for name in OFFICIALS:
        person = world.official(f"Phạm Thị {name}", address=f"chị {name}", channel=CHANNEL)
        town.joins(OFFICIAL, f"chị {name}", person.id)
    _villages(world, town)
    town.silent = frozenset({"bác Hà Liệt", "chú Nước Lác"})
    world.done()
    return town


def _pupils(world: World, town: Town, dice: Random) -> None:
    """Those who had left for good before the month are on no roll any more."""
    names = {child.class_name: iter(_names()) for child in town.school.children}
    for child in town.school.children:
        name = next(names[child.class_name])
        if child.has_left:
            continue
        born = date(2017 - int(child.class_name[0]), dice.randint(1, 12), dice.randint(1, 28)).isoformat()
        village = dice.choice(VILLAGES[child.village])
        pupil = world.pupil(name, of=child.class_name, village=village, born=born)
        town.children[pupil.id], town.names[pupil.id] = child, name


def _villages(world: World, town: Town) -> None:
    for village in (one for several in VILLAGES.values() for one in several):
        head = world.village_head(f"Hồ Văn {village}", of=village, address=f"bác {village}", channel=CHANNEL)
        town.joins(VILLAGE, f"bác {village}", head.id)
        if village == WITHOUT_FRONT:
            continue
        front = world.person(
            f"Phạm Văn {village}", Role.VILLAGE_FRONT, form="chú", place_id=world.village(village).id,
            address=f"chú {village}", channel=CHANNEL,
        )  # fmt: skip
        town.joins(VILLAGE, f"chú {village}", front.id)


def _names() -> list[str]:
    """No two given names of a class are alike while it has at most thirty pupils."""
    found = [f"{family} {middle} {given}" for given in GIVEN for family in FAMILY for middle in MIDDLE]
    six = len(FAMILY) * len(MIDDLE)
    return [name for place in range(six) for name in found[place::six]]
