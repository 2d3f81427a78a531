"""The menu of whoever may do much: nothing is left out, the page is turned."""

from __future__ import annotations

from bot.conversations import menu
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.messages import Outgoing
from bot.rules import people
from storage.people import Person, Role
from tests.world import World


def opened(world: World, person: Person, argument: str) -> Outgoing:
    world.acting(person)
    shown = menu.opening(Chat(world.work, Reader(locale="en", form="cô", given_name="Hoa")), argument)
    assert isinstance(shown, Outgoing)
    return shown


def test_what_does_not_fit_on_a_page_stands_on_the_next(world: World) -> None:
    place = world.commune().id
    person = world.person("Đinh Văn Lập", Role.ADMIN, form="anh", place_id=place)
    for role in (Role.OFFICIAL, Role.FRONT):
        people.grant(world.work, person, role, place_id=place)
    people.grant(world.work, person, Role.SCHOOL, place_id=world.school().id)
    people.grant(world.work, person, Role.VILLAGE_HEAD, place_id=world.village("Cà Xen").id)
    world.acting(person)
    wanted = [value for value, _ in menu._allowed(Chat(world.work, Reader(locale="en")), menu.MORE)]
    assert len(wanted) > menu.MORE_AT_MOST
    found, argument = [], "more"
    while argument:
        shown = opened(world, person, argument)
        assert len(shown.choices) <= 8
        found += [choice.value for choice in shown.choices if choice.number != "99" and choice.value != "!menu"]
        argument = next((one.value.partition(":")[2] for one in shown.choices if one.number == "99"), "")
    assert found == wanted


def test_what_fits_stands_on_one_page(world: World) -> None:
    world.pupil("Đinh Thị An", of="6A")
    shown = opened(world, world.teacher("Đinh Thị Hoa", of="6A"), "more")
    assert [choice.number for choice in shown.choices] == [str(n) for n in range(1, len(shown.choices) + 1)]
    assert shown.choices[-1].label == "Back to the menu"
