"""`ralop token` and `ralop hook`: made and ended here, shown once, and what doctor says of who does not answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot import keys
from bot.rules import api_tokens, hooks_out
from bot.service.hooks_out import secret_of
from storage.api_tokens import ApiToken
from storage.audit import Audit
from storage.hooks_out import DeliveryStatus, Hook, HookDelivery, HookEvent
from storage.people import Person, Status
from tests.commands.shell import Shell
from tests.service.receiver import Receiver
from tests.world import World


def make(shell: Shell, *more: str) -> dict[str, object]:
    ended = shell.ralop("token", "make", "--for", "Đinh Thị Hoa", "--name", "bảng tính của lớp", "--json", *more)
    assert (ended.code, ended.err) == (0, "")
    told: dict[str, object] = json.loads(ended.out)
    return told


def test_a_token_is_shown_once_listed_without_itself_and_revoked(shell: Shell) -> None:
    made = make(shell, "--days", "30")
    token = str(made["token"])
    assert api_tokens.FORM.fullmatch(token)
    (listed,) = json.loads(shell.ralop("token", "list", "--json").out)
    assert (listed["person"], listed["name"], listed["state"]) == ("Đinh Thị Hoa", "bảng tính của lớp", "good")
    assert str(made["expires_at"]).startswith("2024-04-19T00:15")
    in_words = shell.ralop("token", "list", DEFAULT_LOCALE="vi").out
    assert in_words == "1  bảng tính của lớp  Đinh Thị Hoa  còn dùng được, hạn thứ 6, 19/4, dùng lần cuối: –\n"
    assert shell.ralop("token", "revoke", "1").out == "revoked: 1, bảng tính của lớp\n"
    assert json.loads(shell.ralop("token", "list", "--json").out)[0]["state"] == "revoked"
    again = shell.ralop("token", "revoke", "1")
    assert (again.code, again.err) == (1, "ralop: It has ended already.\n")
    assert token.encode() not in shell.file.read_bytes()
    with shell.database() as database, database.transaction() as session:
        (row,) = session.scalars(select(ApiToken))
        assert token not in str(vars(row))
        actions = list(session.scalars(select(Audit.action).where(Audit.subject_type == "api_token")))
    assert actions == ["api_token.made", "api_token.revoked"]


def test_a_token_needs_somebody_who_is_here(shell: Shell) -> None:
    assert shell.ralop("token", "list").out == "There is no token.\n"
    nobody = shell.ralop("token", "make", "--for", "Đinh Thị Không", "--name", "x")
    assert (nobody.code, nobody.err.count("\n")) == (1, 1)
    with shell.database() as database, database.transaction() as session:
        world = World(session)
        twin = world.official("Đinh Thị Hoa")
        rot = session.scalars(select(Person).where(Person.name == "Đinh Văn Rớt")).one()
        rot.status = Status.LEFT
        number = twin.id
    two = shell.ralop("token", "make", "--for", "đinh thị hoa", "--name", "x")
    assert two.code == 1
    assert str(number) in two.err
    assert shell.ralop("token", "make", "--for", str(number), "--name", "x").code == 0
    left = shell.ralop("token", "make", "--for", "Đinh Văn Rớt", "--name", "x")
    assert (left.code, left.err) == (1, "ralop: Đinh Văn Rớt has left: no token reads for somebody who is gone.\n")
    assert shell.ralop("token", "make", "--for", str(number), "--name", "x", "--days", "731").code == 2
    assert shell.ralop("token", "revoke", "99").code == 1


def test_an_address_is_added_tried_listed_and_removed(shell: Shell) -> None:
    with Receiver() as there:
        made = json.loads(shell.ralop("hook", "add", there.url, "--event", "case.opened", "--json").out)
        assert (made["id"], made["events"]) == (1, ["case.opened"])
        assert shell.ralop("hook", "test", "1").out == "The address has taken it.\n"
        (letter,) = there.letters
        assert letter.is_signed_with(made["secret"])
        assert letter.told == {"type": "ping", "data": {"hook_id": 1}}
        there.answers = [404]
        failed = shell.ralop("hook", "test", "1")
        assert (failed.code, failed.err) == (1, "ralop: The address did not take it: http 404\n")
        line = f"1  {there.url}  case.opened  waiting 0, sent 0, given up 0\n"
        assert shell.ralop("hook", "list").out == line
        twice = shell.ralop("hook", "add", there.url)
        assert (twice.code, twice.err.count("\n")) == (1, 1)
        assert shell.ralop("hook", "remove", "1").out == "removed: 1\n"
        assert shell.ralop("hook", "list").out == "No address is told anything.\n"
        assert shell.ralop("hook", "remove", "1").code == 1
        assert shell.ralop("hook", "test", "7").code == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://example.org/x", 2), ("no address", 2), ("https://10.0.0.1/x", 1), ("https://169.254.169.254/", 1),
     ("https://[::ffff:192.168.1.1]/", 1), ("https://2130706433/", 1)],
)  # fmt: skip
def test_an_address_inside_a_network_is_refused_in_one_line(shell: Shell, url: str, code: int) -> None:
    ended = shell.ralop("hook", "add", url)
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert shell.ralop("hook", "list").out == "No address is told anything.\n"


def test_doctor_names_the_address_that_does_not_answer(shell: Shell) -> None:
    now = datetime(2024, 3, 20, 0, 15, tzinfo=UTC)
    with shell.database() as database, database.transaction() as session:
        work = World(session).work
        for host in ("well", "late", "lost"):
            hooks_out.add(work, f"https://{host}.example/a-secret-path", [HookEvent.CASE_OPENED])
        for hook_id, status, done_at in ((2, DeliveryStatus.QUEUED, None), (3, DeliveryStatus.GIVEN_UP, now)):
            row = HookDelivery(
                hook_id=hook_id, event="case.opened", subject="case:1:0", public_id=f"msg_{hook_id}", payload={},
                queued_at=now - timedelta(hours=25), due_at=now, status=status, error="http 500", done_at=done_at,
            )  # fmt: skip
            session.add(row)
    found = {
        one["name"]: one for one in json.loads(shell.ralop("doctor", "--json").out)["checks"] if "hook" in one["name"]
    }
    assert {name: one["level"] for name, one in found.items()} == {"hook:1": "ok", "hook:2": "warn", "hook:3": "fail"}
    assert "lost.example" in found["hook:3"]["text"]
    assert found["hook:3"]["to_do"] == "Try it: ralop hook test 3; to end it: ralop hook remove 3"
    assert "a-secret-path" not in str(found)


def test_a_secret_is_shown_when_it_is_made_and_can_be_made_again_from_the_key_alone(shell: Shell) -> None:
    out = shell.ralop("hook", "add", "http://127.0.0.1:9/x").out

    with shell.database() as database, database.transaction() as session:
        row = session.scalars(select(Hook)).one()
        assert secret_of(keys.load_or_make(shell.file.parent), row.salt) == out.splitlines()[0]
