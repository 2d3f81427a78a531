"""`ralop init` and `ralop invite`: the first database, and the codes and links that people join with."""

from __future__ import annotations

import json
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import keys
from bot.rules import people
from bot.rules.work import Refused, Work
from storage import places
from storage.people import Person, RoleGrant
from tests import postgres
from tests.commands.conftest import MORNING
from tests.commands.shell import Shell
from tests.fakes.telegram_client import FakeTelegram
from tests.world import World


def opened_by(shell: Shell, code: str, minutes: int = 0) -> tuple[str, str]:
    """Whose code or token this is, and the person's role."""
    with shell.database() as database, database.transaction() as session:
        now = datetime.fromisoformat(MORNING) + timedelta(minutes=minutes, seconds=30)
        work = Work(session=session, now=now, today=now.date())
        invite = people.find_invite(work, keys.load_or_make(shell.file.parent), code)
        person = session.get_one(Person, invite.person_id)
        grant = session.query(RoleGrant).filter_by(person_id=person.id).one()
        return person.name, grant.role


def test_init_makes_a_commune_and_a_code_for_its_first_administrator(bare: Shell) -> None:
    ended = bare.ralop("init", "--commune", "Long Môn", "--contact", "chị Thu: 0255 000 000", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert opened_by(bare, told["code"]) == ("Administrator", "admin")
    assert opened_by(bare, told["links"]["web"].rpartition("/")[2]) == ("Administrator", "admin")
    with bare.database() as database, database.transaction() as session:
        commune = places.commune(session)
        assert commune is not None
        assert (commune.name, commune.contact) == ("Long Môn", "chị Thu: 0255 000 000")


def test_the_first_administrators_code_ends_after_one_hour(bare: Shell) -> None:
    told = json.loads(bare.ralop("init", "--commune", "Long Môn", "--json").out)
    opened_by(bare, told["code"], minutes=59)
    with pytest.raises(Refused, match="expired_code"):
        opened_by(bare, told["code"], minutes=61)


def test_init_says_in_words_where_the_code_is_typed(bare: Shell) -> None:
    ended = bare.ralop("init", "--commune", "Long Môn", DEFAULT_LOCALE="vi", WEB_PORT="8099")
    assert "Mã mời: " in ended.out
    assert "Trang web: http://127.0.0.1:8099" in ended.out
    assert "/join/" in ended.out
    assert "chỉ mở được trên máy này" in ended.out


def test_init_on_a_database_that_exists_changes_nothing(shell: Shell) -> None:
    before = shell.file.read_bytes()
    ended = shell.ralop("init", "--commune", "Thanh An")
    assert ended.code == 1
    assert ended.err.startswith("ralop: There is a database already")
    assert shell.file.read_bytes() == before


def test_an_init_that_was_cut_off_may_be_repeated(bare: Shell) -> None:
    assert bare.ralop("init", "--commune", "  ").code == 2
    bare.file.parent.mkdir(mode=0o700)
    bare.file.touch(0o600)
    assert bare.ralop("init", "--commune", "Long Môn").code == 0


def test_what_init_makes_is_the_owners_alone(bare: Shell) -> None:
    bare.ralop("init", "--commune", "Long Môn")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in bare.file.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"ralop.sqlite3", "ralop.key"} <= set(modes)
    assert stat.S_IMODE(bare.file.parent.stat().st_mode) == 0o700


def test_no_code_and_no_token_stands_in_the_database(bare: Shell) -> None:
    told = json.loads(bare.ralop("init", "--commune", "Long Môn", "--json").out)
    content = bare.file.read_bytes()
    for secret in (told["code"], told["code"].replace("-", ""), told["links"]["web"].rpartition("/")[2]):
        assert secret.encode() not in content


@pytest.mark.parametrize(
    ("arguments", "position"),
    [
        (("--role", "teacher", "--class", "6a"), "homeroom teacher of class 6A"),
        (("--role", "village_head", "--village", "ca xen"), "village head of Cà Xen"),
        (("--role", "village_front", "--village", "Làng Trê"), "head of the Front committee of Làng Trê"),
        (("--role", "school"), "head of Trường PTDTBT TH&THCS Long Môn"),
        (("--role", "official"), "official of Long Môn commune"),
        (("--role", "front"), "Fatherland Front of Long Môn commune"),
        (("--role", "organisation"), "social organisation of Long Môn commune"),
        (
            ("--role", "organisation", "--organisation", "women", "--village", "Cà Xen"),
            "the Women's Union of the village of Cà Xen",
        ),
        (("--role", "organisation", "--organisation", "youth"), "the Youth Union of the commune of Long Môn"),
        (("--role", "police"), "police of Long Môn commune"),
        (("--role", "parents", "--class", "6A"), "parents' association of 6A"),
        (("--role", "admin"), "administrator"),
    ],
)
def test_every_role_can_be_invited_with_its_place(shell: Shell, arguments: tuple[str, ...], position: str) -> None:
    ended = shell.ralop("invite", *arguments, "--name", "Đinh Văn Rin", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert (told["name"], told["position"]) == ("Đinh Văn Rin", position)
    assert opened_by(shell, told["code"]) == ("Đinh Văn Rin", arguments[1])
    assert told["expires_at"].startswith("2024-03-23T07:15")


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (
            ("--role", "teacher"),
            2,
            "ralop: --role teacher needs --class; an example: ralop invite --role teacher --class 6A "
            '--name "Đinh Thị Hoa"',
        ),
        (
            ("--role", "village_head", "--class", "6A"),
            2,
            "ralop: --role village_head needs --village; an example: ralop invite --role village_head "
            '--village "Cà Xen" --name "Đinh Văn Rớt"',
        ),
        (("--role", "official", "--village", "Cà Xen"), 2, "ralop: --role official goes without --village"),
        (
            ("--role", "village_head", "--village", "Cà Xem"),
            1,
            "ralop: No village is called Cà Xem; there are: Cà Xen, Làng Trê, Làng Giữa",
        ),
        (("--role", "teacher", "--class", "6B"), 1, "ralop: No class is called 6B; there are: 6A"),
        (
            ("--role", "school", "--school", "TH Thanh An"),
            1,
            "ralop: No school is called TH Thanh An; there are: Trường PTDTBT TH&THCS Long Môn",
        ),
        (
            ("--role", "official", "--name", "\u200b"),
            2,
            'ralop: \u200b is no name; an example: --name "Đinh Thị Hoa"',
        ),
    ],
)
def test_a_role_without_its_place_is_one_line_with_what_would_be_right(
    shell: Shell, arguments: tuple[str, ...], code: int, line: str
) -> None:
    ended = shell.ralop("invite", *arguments)
    assert (ended.code, ended.err.strip()) == (code, line)


def test_an_unknown_role_names_the_known_ones(shell: Shell) -> None:
    ended = shell.ralop("invite", "--role", "nobody")
    assert ended.code == 2
    assert "village_head" in ended.err
    assert ended.err.count("\n") == 1


def test_inviting_the_same_person_again_ends_the_earlier_code(shell: Shell) -> None:
    invite = ("invite", "--role", "teacher", "--class", "6A", "--name", "Phạm Thị Mai", "--json")
    first, second = (json.loads(shell.ralop(*invite).out) for _ in range(2))
    assert first["person_id"] == second["person_id"]
    opened_by(shell, second["code"])
    with pytest.raises(Refused, match="expired_code"):
        opened_by(shell, first["code"])


def test_two_schools_with_the_same_class_must_be_told_apart(shell: Shell) -> None:
    with shell.database() as database, database.transaction() as session:
        world = World(session)
        world.school_class("6A", world.school("Trường THCS Thanh An"))
    ended = shell.ralop("invite", "--role", "teacher", "--class", "6A")
    assert ended.code == 2
    assert "Trường THCS Thanh An" in ended.err
    assert shell.ralop("invite", "--role", "teacher", "--class", "6A", "--school", "Trường THCS Thanh An").code == 0


def test_the_qr_code_is_a_picture_only_its_owner_can_read(shell: Shell) -> None:
    path = shell.folder / "thu-moi.png"
    assert shell.ralop("invite", "--role", "official", "--qr", str(path)).code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_card_is_a_paper_only_its_owner_can_read(shell: Shell) -> None:
    path = shell.folder / "in" / "the-moi.pdf"
    ended = shell.ralop("invite", "--role", "official", "--card", str(path), "--json")
    assert (ended.code, json.loads(ended.out)["card"]) == (0, str(path))
    assert path.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_telegram_link_is_shown_when_telegram_tells_the_bots_name(shell: Shell) -> None:
    with FakeTelegram() as telegram:
        ended = shell.ralop(
            "invite", "--role", "official", "--json",
            TELEGRAM_BOT_TOKEN=telegram.token, TELEGRAM_API_BASE_URL=telegram.url,
        )  # fmt: skip
    told = json.loads(ended.out)
    assert told["links"]["telegram"].startswith("https://t.me/ralop_bot?start=")
    assert opened_by(shell, told["links"]["telegram"].rpartition("=")[2])[1] == "official"


def test_the_bot_with_room_is_named_to_the_inviter(shell: Shell) -> None:
    url = "http://127.0.0.1:9"
    found = shell.ralop("invite", "--role", "official", ZALO_BOT_TOKEN="11:ABC,22:DEF", ZALO_API_BASE_URL=url)
    assert "  Zalo: open the commune's bot number 1 and type the code." in found.out.splitlines()
    found = shell.ralop("invite", "--role", "official", ZALO_BOT_TOKEN="11:ABC", ZALO_API_BASE_URL=url)
    assert "  Zalo: open the commune's bot and type the code." in found.out.splitlines()
    links = "https://zalo.me/s/mot, https://zalo.me/s/hai"
    settings = {"ZALO_BOT_TOKEN": "11:ABC,22:DEF", "ZALO_API_BASE_URL": url, "ZALO_BOT_LINK": links}
    found = shell.ralop("invite", "--role", "official", **settings)
    assert "  Zalo: open https://zalo.me/s/mot and type the code." in found.out.splitlines()


def test_an_invite_is_made_although_telegram_cannot_be_reached(shell: Shell) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": "123456:ABC-DEF_ghi", "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9"}
    ended = shell.ralop("invite", "--role", "official", **settings)
    assert (ended.code, ended.err) == (0, "")
    assert "Telegram cannot be reached now" in ended.out
    assert "Code: " in ended.out


@pytest.mark.postgres
def test_a_province_begins_on_postgresql_with_the_same_commands(bare: Shell, postgres_server: postgres.Server) -> None:
    province = Shell(bare.folder, {**bare.settings, "DATABASE_URL": postgres_server.create("fresh")})
    assert province.ralop("invite", "--role", "official").code == 1
    assert province.ralop("init", "--commune", "Long Môn").code == 0
    assert province.ralop("init", "--commune", "Long Môn").err.startswith("ralop: There is a database already")
    assert province.ralop("invite", "--role", "official", "--name", "Phạm Thị Thu").code == 0
    told = province.ralop("doctor")
    assert (told.code, told.err) == (0, "")
    assert "The database of Long Môn is sound." in told.out
    assert "Phạm Thị Thu" in province.ralop("export", "people").out


def test_a_database_server_that_is_away_is_told_in_one_line(bare: Shell) -> None:
    ended = bare.ralop("export", "people", DATABASE_URL="postgresql+psycopg://ralop@127.0.0.1:9/ralop")
    assert ended.code == 1
    assert ended.err == "ralop: The database server cannot be reached. Please check DATABASE_URL.\n"


def test_a_damaged_key_is_told_and_never_used(shell: Shell) -> None:
    path = keys.path_in(shell.file.parent)
    path.write_bytes(b"short")
    ended = shell.ralop("invite", "--role", "official")
    assert ended.code == 1
    assert "is damaged" in ended.err
    path.unlink()
    assert shell.ralop("invite", "--role", "official").code == 0


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = keys.load_or_make(tmp_path / "data")
    assert len(first) == 32
    assert keys.load_or_make(tmp_path / "data") == first
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["ralop.key"]
