"""The house itself: what is promised in one place stands in the others, and imports point down."""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from sqlalchemy import inspect

from bot import settings as configuration
from bot.commands import COMMANDS
from bot.settings import Settings
from storage.database import HEAD, Database, migrate, open_database
from storage.tables import Base
from tests import postgres
from tests.commands.conftest import bare
from tests.commands.shell import Shell

__all__ = ["bare"]

ROOT = Path(__file__).parents[1]
LANGUAGES = sorted(path.name for path in (ROOT / "locales").iterdir() if (path / "LC_MESSAGES").is_dir())
PLACE = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?([sdif])")
# Every sentence may use or leave these (bot.i18n.Reader).
ALWAYS_THERE = {"you", "You", "name"}


def env_example() -> str:
    return (ROOT / ".env.example").read_text("utf-8")


def test_every_refusal_has_a_sentence() -> None:
    """Who is refused hears why, and is not told only that it cannot be done just now."""
    raised = {
        code
        for file in (ROOT / "bot" / "rules").glob("*.py")
        for code in re.findall(r'Refused\(\s*"(\w+)"', file.read_text("utf-8"))
    }
    words = [file for floor in ("conversations", "commands", "web") for file in (ROOT / "bot" / floor).glob("*.py")]
    spoken = "\n".join(file.read_text("utf-8") for file in words)
    unspoken = {code for code in raised if f'"{code}"' not in spoken}
    # Before `init`, and to a stranger, no conversation gets as far; a rehearsal's days are turned round by a command.
    assert unspoken <= {"no_commune", "not_joined", "days_back_to_front"}


# --- commands ------------------------------------------------------------------------------------------------


def test_every_command_stands_in_the_help(bare: Shell) -> None:
    told = bare.ralop("--help")
    assert told.code == 0
    for name, what in COMMANDS.items():
        assert re.search(rf"^  {name} +\S", told.out, re.MULTILINE), name
        assert what.split(",")[0] in " ".join(told.out.split())
    assert bare.ralop().out == told.out


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"ralop {name}" not in readme] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(bare: Shell, name: str) -> None:
    told = bare.ralop(name, "--help")
    assert (told.code, told.err) == (0, "")
    assert f"Usage: ralop {name}" in told.out


def test_help_loads_click_and_nothing_else() -> None:
    """SQLAlchemy alone takes a second on an office computer."""
    look = (
        "import json, sys; before = set(sys.modules)\n"
        "from bot.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(json.dumps(sorted(names - set(sys.stdlib_module_names))), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stderr) == ["bot", "click"]


def test_an_unknown_command_is_one_line_and_code_2(bare: Shell) -> None:
    ended = bare.ralop("dance")
    assert (ended.code, ended.out, ended.err) == (2, "", "ralop: No such command 'dance'.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("invite", "--role", "official"),
        ("export", "pupils"),
        ("doctor",),
        ("backup", "b.sqlite3"),
        ("import", "roster.csv"),
        ("plan", "plan.txt"),
    ],
)
def test_before_init_every_command_that_needs_a_database_ends_in_one_line(
    bare: Shell, arguments: tuple[str, ...]
) -> None:
    (bare.folder / "roster.csv").write_text("Họ và tên,Lớp\nĐinh Thị An,6A\n", "utf-8")
    (bare.folder / "plan.txt").write_text("KẾ HOẠCH\n", "utf-8")
    ended = bare.ralop(*arguments)
    assert ended.code == 1
    assert ended.err == 'ralop: There is no database yet. Make it first: ralop init --commune "Long Môn"\n'
    assert not bare.file.exists()


def test_an_error_is_told_in_the_deployments_language(bare: Shell) -> None:
    assert bare.ralop("export", "pupils", DEFAULT_LOCALE="vi").err.startswith("ralop: Chưa có cơ sở dữ liệu.")
    wrong = bare.ralop("export", "pupils", DEFAULT_LOCALE="vi", TELEGRAM_BOT_TOKEN="none")
    assert wrong.code == 2
    assert wrong.err == "ralop: TELEGRAM_BOT_TOKEN chưa đúng; ví dụ: TELEGRAM_BOT_TOKEN=123456:ABC-DEF_ghi\n"


# --- settings ------------------------------------------------------------------------------------------------


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    listed = dict(re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", env_example(), re.MULTILINE))
    assert set(listed) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = ", ".join(field.default) if isinstance(field.default, tuple) else field.default
        assert listed[name.upper()] == ("" if default is None else str(default)), name


def test_every_example_of_a_setting_is_right(tmp_path: Path) -> None:
    """Those beside the settings, and those in the example file; a folder must be one that exists."""
    examples = [(name, str((field.examples or [""])[0])) for name, field in Settings.model_fields.items()]
    examples += [
        (name.lower(), value) for name, value in re.findall(r"example: ([A-Z_]+)=(.+)$", env_example(), re.MULTILINE)
    ]
    together = {
        "web_public_url": "https://ralop.minhlong.vn",
        "webhook_secret": "mot-chuoi-dai-it-nhat-16-ky-tu",
        "telegram_api_base_url": "http://127.0.0.1:8081",
        "zalo_api_base_url": "http://127.0.0.1:8082",
    }
    for name, value in examples:
        assert value, name
        there = str(tmp_path) if name == "paper_templates" else value
        configuration.load(_env_file=None, **{**together, name: there})


CANNOT_BE_WRONG = ("contact", "backup_dir", "backup_passphrase")


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in CANNOT_BE_WRONG])
def test_a_wrong_setting_ends_with_its_name_and_a_right_example_never_its_value(bare: Shell, name: str) -> None:
    ended = bare.ralop("export", "pupils", **{name.upper(): "wr0ng value"})
    assert ended.code == 2
    assert ended.err.startswith(f"ralop: {name.upper()} ")
    assert ended.err.count("\n") == 1
    assert "wr0ng" not in ended.err


@pytest.mark.parametrize(
    ("host", "public", "starts"),
    [
        ("127.0.0.1", "", True),
        ("localhost", "", True),
        ("::1", "", True),
        ("127.0.0.2", "", True),
        ("0.0.0.0", "", False),
        ("::", "", False),
        ("192.168.1.5", "", False),
        ("0.0.0.0", "http://ralop.minhlong.vn", False),
        ("192.168.1.5", "http://192.168.1.5:8080", False),
        ("0.0.0.0", "https://ralop.minhlong.vn", True),
        ("192.168.1.5", "https://ralop.minhlong.vn", True),
        ("127.0.0.1", "https://ralop.minhlong.vn", True),
    ],
)
def test_pages_open_to_the_network_only_behind_https(bare: Shell, host: str, public: str, starts: bool) -> None:
    """The start matrix of T24."""
    ended = bare.ralop("export", "pupils", WEB_HOST=host, WEB_PUBLIC_URL=public)
    if starts:
        assert ended.code == 1
        return
    assert ended.code == 2
    assert "WEB_PUBLIC_URL=https://" in ended.err


def test_a_file_of_settings_that_is_no_text_is_told_in_one_line(bare: Shell) -> None:
    (bare.folder / ".env").write_bytes(b"CONTACT=\xff\xfe\x00")
    ended = bare.ralop("export", "pupils")
    assert ended.code == 2
    assert ended.err == "ralop: The file .env cannot be read. Please save it as plain text in UTF-8.\n"


def test_settings_are_read_from_the_file_in_the_folder(bare: Shell) -> None:
    (bare.folder / ".env").write_text("TIMEZONE=Asia/Nowhere\n", "utf-8")
    assert bare.ralop("export", "pupils").err.startswith("ralop: TIMEZONE is not right")


def test_a_moved_clock_is_refused_with_a_channel_outside_this_machine(bare: Shell) -> None:
    ended = bare.ralop("export", "pupils", TELEGRAM_BOT_TOKEN="123456:ABC-DEF_ghi")
    assert ended.code == 2
    assert ended.err.startswith("ralop: RALOP_CLOCK needs TELEGRAM_API_BASE_URL on this machine")


# --- words ---------------------------------------------------------------------------------------------------


@lru_cache
def catalogues_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_catalogues", ROOT / "locales" / "update.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache
def sentences() -> dict[str, str]:
    """Every sentence of the product (of a counted one, the singular) and where it stands."""
    tool = catalogues_tool()
    return {tool.single(key): name for name, found in tool.sentences().items() for key in found}


@lru_cache
def messages(language: str) -> list[tuple[str, Message]]:
    """(file, message) of a whole language."""
    found = []
    for path in sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as opened:
            found += [(path.name, message) for message in read_po(opened, locale=language) if message.id]
    return found


def strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def ids(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple | list) else [message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_said_in_every_language(language: str) -> None:
    said = {ids(message)[0] for _, message in messages(language) if all(strings(message)) and not message.fuzzy}
    assert sorted(f"{where}: {one}" for one, where in sentences().items() if one not in said) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_kept_that_nobody_says(language: str) -> None:
    assert sorted(f"{file}: {ids(one)[0]}" for file, one in messages(language) if ids(one)[0] not in sentences()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [(file, message.id) for file, message in messages(language) if message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_places_of_its_sentence(language: str) -> None:
    """A place that is missing loses a fact; one that is too many ends the message with an error."""
    wrong = []
    for file, message in messages(language):
        needed = set(PLACE.findall(ids(message)[-1]))
        optional = {place for place in needed if place[0] in ALWAYS_THERE | {"n"}}
        for string in filter(None, strings(message)):
            given = set(PLACE.findall(string))
            lost, added = needed - given - optional, {place for place in given - needed if place[0] not in ALWAYS_THERE}
            if lost or added:
                wrong.append((file, ids(message)[0], lost, added))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_in(language: str) -> None:
    """A stray percent sign is an error only when the sentence is said."""

    class Anything(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return 1

    for _, message in messages(language):
        for text in [*ids(message), *strings(message)]:
            assert isinstance(text % Anything(), str)


# --- tables --------------------------------------------------------------------------------------------------


def schema(path: Path) -> set[tuple[str, ...]]:
    """Every table, index and trigger as SQLite keeps it; spacing and the order of constraints do not count."""
    with closing(sqlite3.connect(path)) as opened:
        found = opened.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
        return {tuple(_parts(sql)) for (sql,) in found}


def _parts(sql: str) -> list[str]:
    plain = re.sub(r"\s+", "", sql)
    is_strict = plain.endswith("STRICT")
    return [*sorted(plain.removesuffix("STRICT").removesuffix(")").split(",")), "STRICT" if is_strict else ""]


def test_the_migrations_make_the_tables_that_the_code_knows(template: Path, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'made.sqlite3'}", create=True)
    Base.metadata.create_all(database.engine)
    database.close()
    assert schema(template) == schema(tmp_path / "made.sqlite3")


def test_migrating_twice_is_migrating_once(template: Path, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'm.sqlite3'}", create=True)
    assert migrate(database)
    assert not migrate(database)
    assert database.version() == HEAD
    database.close()
    assert schema(tmp_path / "m.sqlite3") == schema(template)


@pytest.mark.postgres
def test_the_migrations_make_the_same_tables_on_postgresql(postgres_server: postgres.Server) -> None:
    described = []
    for name, build in (("migrated", migrate), ("made", lambda database: Base.metadata.create_all(database.engine))):
        database = Database(postgres_server.create(name))
        build(database)
        looked = inspect(database.engine)
        described.append(
            {
                table: (
                    [(c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(table)],
                    sorted(str(index) for index in looked.get_indexes(table)),
                    sorted(str(unique) for unique in looked.get_unique_constraints(table)),
                    sorted(str(key) for key in looked.get_foreign_keys(table)),
                )
                for table in looked.get_table_names()
                if table != "alembic_version"
            }
        )
        database.close()
    assert described[0] == described[1]


# --- the wheel, the floors -----------------------------------------------------------------------------------


def test_the_wheel_holds_every_word_page_and_migration(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("ralop-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"bot/{path.relative_to(ROOT)}" for path in (ROOT / "locales").glob("*/LC_MESSAGES/*.po")}
    for folder in ("bot", "storage"):
        wanted |= {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
    assert sorted(wanted - held) == []
    assert not [name for name in held if name.startswith("tests/")]


def test_imports_point_down() -> None:
    """The contracts of pyproject.toml."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
