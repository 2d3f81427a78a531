"""`ralop doctor`: one line a check, what to do about each, and exit code 1 if any fails."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from bot import settings as configuration
from bot.clock import VIETNAM
from bot.commands import one_process
from bot.i18n import Reader
from storage.alarms import Alarm, AlarmKind
from storage.audit import Audit
from storage.chat import Inbox, InboxStatus, Outbox, OutboxStatus, Pace
from storage.people import Role
from storage.reminders import remember
from tests.commands.shell import Shell
from tests.fakes.telegram_client import FakeTelegram
from tests.world import World

NOW = datetime(2024, 3, 20, 7, 15, tzinfo=VIETNAM)
CALL = "chị Thu, UBND xã: 0255 000 000"


def checks(shell: Shell, *arguments: str, **settings: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code, and the findings by check."""
    ended = shell.ralop("doctor", "--json", *arguments, **settings)
    told = json.loads(ended.out)
    assert told["ok"] == (ended.code == 0)
    assert (ended.err == "") == (ended.code == 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in told["checks"]:
        found.setdefault(finding["name"], []).append(finding)
    return ended.code, found


def levels(found: list[dict[str, Any]]) -> list[str]:
    return [finding["level"] for finding in found]


def add(shell: Shell, *rows: Any) -> None:
    with shell.database() as database, database.transaction() as session:
        session.add_all(rows)


def message(**more: Any) -> Outbox:
    values = {
        "channel": "phone", "bot": "phone", "address": "x", "kind": "reply", "payload": {}, "due_at": NOW,
        "queued_at": NOW,
    }  # fmt: skip
    return Outbox(**{**values, **more})


def test_a_commune_that_is_well_has_only_advice(shell: Shell) -> None:
    with shell.database() as database, database.transaction() as session:
        World(session).person("Phạm Văn Quản", Role.ADMIN, form="anh")
        remember(session, "backup", at=(NOW - timedelta(hours=3)).isoformat())
    code, found = checks(shell)
    assert code == 0
    assert set(found) == {
        "configuration", "database", "files", "clock", "service", "telegram", "budgets", "sends", "inbox", "disk",
        "backup",
    }  # fmt: skip
    wanting = {name for name, findings in found.items() if "warn" in levels(findings)}
    assert wanting <= {"configuration", "service", "disk"}


def test_every_finding_that_is_not_fine_says_what_to_do(shell: Shell) -> None:
    _, found = checks(shell)
    for findings in found.values():
        assert all(finding["to_do"] for finding in findings if finding["level"] != "ok")


def test_in_words_each_check_is_one_line(shell: Shell) -> None:
    ended = shell.ralop("doctor", DEFAULT_LOCALE="vi")
    assert ended.code == 0
    assert "tốt: Cơ sở dữ liệu của xã Long Môn lành lặn." in ended.out.splitlines()
    assert all(line.startswith(("tốt: ", "nên xem: ", "hỏng: ")) for line in ended.out.splitlines())


def test_before_init_the_other_checks_are_still_made(bare: Shell) -> None:
    ended = bare.ralop("doctor")
    assert ended.code == 1
    assert ended.err == 'ralop: There is no database yet. Make it first: ralop init --commune "Long Môn"\n'
    assert "Telegram is off" in ended.out


def test_a_message_that_should_have_left_is_wrong_and_one_that_waits_is_not(shell: Shell) -> None:
    add(shell, message(due_at=NOW + timedelta(hours=1)), message(due_at=NOW - timedelta(minutes=1)))
    assert checks(shell)[0] == 0
    add(shell, message(due_at=NOW - timedelta(minutes=6)))
    add(shell, message(status=OutboxStatus.SENDING, claimed_at=NOW - timedelta(minutes=3)))
    code, found = checks(shell)
    assert code == 1
    assert found["sends"][0]["text"] == "2 messages are overdue."


def test_refused_paced_and_unreadable_messages_want_a_look(shell: Shell) -> None:
    add(
        shell,
        message(status=OutboxStatus.FAILED, queued_at=NOW - timedelta(days=1)),
        Pace(channel="phone", bot="phone", address="x", not_before=NOW + timedelta(minutes=1)),
        Inbox(
            channel="phone", bot="phone", update_id="1", raw={}, received_at=NOW - timedelta(days=1),
            status=InboxStatus.QUARANTINED,
        ),
        Inbox(
            channel="phone", bot="phone", update_id="2", raw={}, received_at=NOW - timedelta(days=8),
            status=InboxStatus.QUARANTINED,
        ),
    )  # fmt: skip
    code, found = checks(shell)
    assert code == 0
    assert levels(found["sends"]) == ["ok", "warn", "warn"]
    assert found["inbox"][0]["text"] == "1 message was put aside this week: 1"


def test_a_clock_behind_the_newest_row_is_wrong(shell: Shell) -> None:
    add(shell, Audit(at=NOW, action="test"))
    (shell.folder / "clock").write_text("2024-03-20T06:00:00+07:00", "utf-8")
    code, found = checks(shell)
    assert code == 1
    assert levels(found["clock"]) == ["fail"]


def test_another_time_zone_wants_a_look(shell: Shell) -> None:
    assert "warn" in levels(checks(shell, TIMEZONE="UTC")[1]["clock"])


def test_files_that_others_can_read_are_wrong(shell: Shell) -> None:
    shell.file.chmod(0o644)
    code, found = checks(shell)
    assert code == 1
    assert found["files"][0]["to_do"] == f"chmod 600 {shell.file}"
    shell.file.chmod(0o600)
    assert checks(shell)[0] == 0


def test_a_backup_older_than_26_hours_is_wrong(shell: Shell) -> None:
    for hours, level in ((25, "ok"), (27, "fail")):
        with shell.database() as database, database.transaction() as session:
            remember(session, "backup", at=(NOW - timedelta(hours=hours)).isoformat())
        assert levels(checks(shell)[1]["backup"]) == [level]


def test_a_damaged_database_is_told_in_one_line(shell: Shell) -> None:
    content = bytearray(shell.file.read_bytes())
    content[20 * 4096 : 60 * 4096] = b"\x55" * (40 * 4096)
    shell.file.write_bytes(content)
    ended = shell.ralop("doctor")
    assert ended.code == 1
    assert "ralop restore FILE --force" in ended.out + ended.err
    assert ended.err.count("\n") == 1


def test_rows_without_their_parents_are_wrong(shell: Shell) -> None:
    with closing(sqlite3.connect(shell.file)) as opened, opened:
        opened.execute("DELETE FROM place WHERE kind = 'village'")
    assert levels(checks(shell)[1]["database"]) == ["fail"]


def test_quick_asks_only_whether_the_service_lives(shell: Shell) -> None:
    code, found = checks(shell, "--quick")
    assert (code, list(found)) == (1, ["service"])
    settings = configuration.load(_env_file=None, database_url=shell.url)
    with one_process.alone(settings, Reader(locale="en"), "running already"):
        for seconds, wanted in ((5, 0), (70, 1)):
            with shell.database() as database, database.transaction() as session:
                remember(session, "tick", at=(NOW - timedelta(seconds=seconds)).isoformat())
            assert checks(shell, "--quick")[0] == wanted


def test_telegram_is_asked_for_the_bot(shell: Shell) -> None:
    with FakeTelegram() as telegram:
        wired = {"TELEGRAM_API_BASE_URL": telegram.url}
        _, found = checks(shell, TELEGRAM_BOT_TOKEN=telegram.token, **wired)
        assert found["telegram"][0]["text"] == "Telegram knows the bot: @ralop_bot."
        code, found = checks(shell, TELEGRAM_BOT_TOKEN="123456:another-token", **wired)
        assert (code, found["telegram"][0]["text"]) == (1, "Telegram refuses the token.")
    code, found = checks(shell, TELEGRAM_BOT_TOKEN="123456:another-token", **wired)
    assert (code, levels(found["telegram"])) == (1, ["fail"])
    assert "TELEGRAM_PROXY" in found["telegram"][0]["to_do"]


def test_a_webhook_that_is_not_ours_is_an_alarm_while_we_poll(shell: Shell) -> None:
    settings = configuration.load(_env_file=None, database_url=shell.url)
    with FakeTelegram() as telegram, one_process.alone(settings, Reader(locale="en"), "running already"):
        wired = {"TELEGRAM_API_BASE_URL": telegram.url, "TELEGRAM_BOT_TOKEN": telegram.token}
        telegram.steal_webhook("https://elsewhere.example.org/hook")
        code, found = checks(shell, **wired)
    assert code == 1
    assert levels(found["telegram"]) == ["ok", "fail"]
    assert "/revoke" in found["telegram"][1]["to_do"]


def test_open_alarms_are_shown_with_the_steps_that_administrators_were_told(shell: Shell) -> None:
    for kind in AlarmKind:
        add(shell, Alarm(kind=kind, channel="telegram", raised_at=NOW))
    add(shell, Alarm(kind=AlarmKind.CODES, raised_at=NOW, ended_at=NOW))
    code, found = checks(shell)
    shown = {finding["text"].partition(",")[0]: finding for finding in found["alarms"]}
    assert (code, len(found["alarms"])) == (1, len(AlarmKind))
    stolen = shown["Somebody else receives the bot's messages"]
    assert stolen["text"].endswith("since 7:15 on Wednesday, 20/3")
    assert stolen["level"] == "fail"
    for step in ("@BotFather", "/revoke", "TELEGRAM_BOT_TOKEN", ".env"):
        assert step in stolen["to_do"]
    assert shown["Telegram does not answer"]["level"] == "warn"
    assert all(finding["to_do"] for finding in found["alarms"])


def test_each_bot_has_a_line_with_its_budget_and_its_people(shell: Shell) -> None:
    zalo = {"ZALO_BOT_TOKEN": "11:ABC,22:DEF", "ZALO_API_BASE_URL": "http://127.0.0.1:9", "ZALO_MONTHLY_MESSAGES": "10"}
    for place in range(8):
        row = Outbox(
            channel="zalo", bot="11", address="x", kind="reply", payload={}, due_at=NOW, queued_at=NOW,
            claimed_at=NOW, status=OutboxStatus.SENT, message_id=f"m{place}",
        )  # fmt: skip
        add(shell, row)
    _, found = checks(shell, **zalo)
    assert levels(found["budgets"]) == ["warn", "ok"]
    assert "Zalo bot 1: 8 of 10 messages used" in found["budgets"][0]["text"]
    assert "0 of 50 people" in found["budgets"][1]["text"]
    assert "morning list" in found["budgets"][0]["to_do"]
    _, found = checks(shell, **{**zalo, "ZALO_MONTHLY_MESSAGES": "0"})
    assert "no limit" in found["budgets"][0]["text"]


def test_what_this_version_cannot_do_is_told(shell: Shell) -> None:
    _, found = checks(shell, BACKUP_PASSPHRASE="bay-chu-trau")
    assert "BACKUP_PASSPHRASE" in found["configuration"][-1]["text"]
    assert "bay-chu-trau" not in json.dumps(found)
