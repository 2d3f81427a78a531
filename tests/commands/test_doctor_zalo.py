"""`ralop doctor` asks Zalo for each bot, and the running service how it fares with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.commands import zalo_examination
from tests.commands.shell import Shell
from tests.fakes.zalo_client import FakeZalo


@pytest.fixture(scope="module")
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo("11:good_token", "22:good_token") as running:
        yield running


def findings(shell: Shell, tokens: str, url: str) -> dict[str, list[dict[str, Any]]]:
    ended = shell.ralop("doctor", "--json", ZALO_BOT_TOKEN=tokens, ZALO_API_BASE_URL=url)
    assert "good_token" not in ended.out + ended.err
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(ended.out)["checks"]:
        found.setdefault(finding["name"], []).append(finding)
    return found


def test_each_bot_is_asked_for_by_its_number(shell: Shell, zalo: FakeZalo) -> None:
    found = findings(shell, "11:good_token, 22:bad_token", zalo.url)
    assert found["zalo:11"][0]["text"] == "Zalo knows bot 11: Bot Ra Lớp."
    assert found["zalo:22"][0]["text"] == "Zalo refuses the token of bot 22."
    assert "Bot Creator" in found["zalo:22"][0]["to_do"]
    dead = findings(shell, "11:good_token", "http://127.0.0.1:9")["zalo:11"]
    assert [(one["level"], one["text"][:24]) for one in dead] == [("fail", "Zalo cannot be reached f")]


@pytest.mark.parametrize(
    ("trouble", "level", "words"),
    [
        ("foreign webhook", "fail", "Somebody else receives the messages of bot 11"),
        ("webhook not verified: webhook.http.403", "fail", "Zalo does not get through"),
        ("quota", "warn", "The service has trouble with bot 11: quota."),
    ],
)
def test_what_the_service_says_of_a_bot_is_told(
    shell: Shell, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, trouble: str, level: str, words: str
) -> None:
    monkeypatch.setattr(zalo_examination, "trouble_of", lambda settings, name: trouble if name == "zalo:11" else "")
    found = findings(shell, "11:good_token,22:good_token", zalo.url)
    assert [one["level"] for one in found["zalo:22"]] == ["ok"]
    assert found["zalo:11"][1]["level"] == level
    assert words in found["zalo:11"][1]["text"]
