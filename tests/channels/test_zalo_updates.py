"""Zalo's events, under every name they are known by, become what the house understands; nothing odd falls through."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels import zalo_updates as updates
from bot.channels.channel import Unparsable
from bot.channels.plain import read_json
from bot.messages import Incoming, Kind

NOW = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)
TED = "6ede9afa66b88fe6d6a9"


def event(name: str = "message.text.received", chat_type: str = "PRIVATE", **message: Any) -> dict[str, Any]:
    """As the reference's sample, section 5."""
    standard = {
        "from": {"id": TED, "display_name": "Ted", "is_bot": False},
        "chat": {"id": TED, "chat_type": chat_type},
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
    }
    return {"event_name": name, "message": {**standard, **message}}


def heard(update: Any) -> Incoming | None:
    kept = updates.received(update)
    assert len(kept) == 1
    return updates.parse(kept[0], "1459", NOW)


def test_a_text_is_told_with_its_writer_its_place_and_its_moment() -> None:
    assert heard({"ok": True, "result": event(text="Xin chào")}) == Incoming(
        channel="zalo",
        bot="1459",
        update_id="2d758cb5e222177a4e35",
        address=TED,
        kind=Kind.TEXT,
        written_at=datetime(2025, 6, 19, 6, 55, 31, 602000, tzinfo=UTC),
        text="Xin chào",
        message_id="2d758cb5e222177a4e35",
        sender_name="Ted",
    )


@pytest.mark.parametrize(
    ("update", "kind", "text", "address"),
    [
        (event("message.image.received", photo_url="https://f.zdn.vn/a.jpg", caption="đơn"), Kind.PHOTO, "đơn", "a"),
        (event("message.image.received", photo="https://f.zdn.vn/b.jpg"), Kind.PHOTO, "", "b"),
        (
            event("message.image.received", photo="https://f.zdn.vn/b.jpg", photo_url="https://f.zdn.vn/a.jpg"),
            Kind.PHOTO, "", "a",
        ),
        (event("message.voice.received", voice_url="https://f.zdn.vn/c.aac"), Kind.VOICE, "", "c"),
        (event("message.image.received"), Kind.OTHER, "", ""),
        (event("message.sticker.received", sticker="bfe4", url="https://f.zdn.vn/s.png"), Kind.OTHER, "", ""),
        (event("message.unsupported.received"), Kind.OTHER, "", ""),
        (event("message.text.received"), Kind.OTHER, "", ""),
        (event("message.dance.received", text="?"), Kind.OTHER, "", ""),
        (event("message.text.received", chat_type="GROUP", text="@Bot 1"), Kind.ROOM, "", ""),
        (event("message.text.received", chat_type="private", text="1"), Kind.TEXT, "1", ""),
    ],
)  # fmt: skip
def test_what_came_is_told_by_the_event_and_its_fields(
    update: dict[str, Any], kind: Kind, text: str, address: str
) -> None:
    incoming = heard(update)
    assert incoming is not None
    assert (incoming.kind, incoming.text) == (kind, text)
    assert (incoming.attachment.file_id if incoming.attachment else "").startswith(
        f"https://f.zdn.vn/{address}" if address else ""
    )
    assert incoming.is_withheld == ("unsupported" in update["event_name"])


def test_our_own_words_and_other_bots_need_no_answer() -> None:
    bot = {"id": "1459", "display_name": "Bot Ra Lớp", "is_bot": True}
    assert heard(event(text="Đã ghi", **{"from": bot})) is None
    assert heard({"event_name": "user.follow"}) is None


@pytest.mark.parametrize("date", [1750316131602, 1750316131, "1750316131602", 1750316131.6])
def test_a_date_counts_milliseconds_or_seconds(date: Any) -> None:
    incoming = heard(event(text="1", date=date))
    assert incoming is not None
    assert abs((incoming.written_at - datetime(2025, 6, 19, 6, 55, 31, tzinfo=UTC)).total_seconds()) < 1


@pytest.mark.parametrize("date", [None, "", "gestern", True, -5, 0, 10**40, {"a": 1}])
def test_without_a_date_a_message_counts_from_now(date: Any) -> None:
    incoming = heard(event(text="1", date=date))
    assert incoming is not None
    assert incoming.written_at == NOW


def test_ids_are_opaque_and_a_chat_without_its_type_is_private_when_it_is_the_writers() -> None:
    numbers = event(text="1", message_id=77, chat={"id": 5}, **{"from": {"id": 5}})
    incoming = heard(numbers)
    assert incoming is not None
    assert (incoming.address, incoming.update_id, incoming.kind) == ("5", "77", Kind.TEXT)
    foreign = heard(event(text="1", chat={"id": "g1"}))
    assert foreign is not None
    assert foreign.kind is Kind.ROOM


def test_one_object_a_list_and_a_bare_one_are_the_same_updates() -> None:
    one, two = event(text="1"), event(text="2", message_id="b")
    single = updates.received(one)
    assert updates.received({"ok": True, "result": one, "error_code": 0}) == single
    assert updates.received([one]) == updates.received({"ok": True, "result": [one]}) == single
    assert [update.update_id for update in updates.received([one, two])] == ["2d758cb5e222177a4e35", "b"]


@pytest.mark.parametrize("nothing", [None, {}, [], "", {"ok": True}, {"ok": True, "result": None}, [[], {}], 0])
def test_where_nothing_is_nothing_is_kept(nothing: Any) -> None:
    assert updates.received(nothing) == []


def test_an_update_without_an_id_is_known_by_what_it_says() -> None:
    first, second = event(text="1", message_id=None), event(text="2", message_id="")
    ids = [updates.received(one)[0].update_id for one in (first, first, second)]
    assert ids[0] == ids[1] != ids[2]
    assert all(one.startswith("x") for one in ids)


@pytest.mark.parametrize(
    "odd", [7, "text", {"message": 5}, {"message": {}}, {"a": 1}, event(chat={}, **{"from": {}}), {"event_name": 5}]
)
def test_what_nobody_understands_is_named_by_its_place(odd: Any) -> None:
    with pytest.raises(Unparsable) as told:
        heard(odd)
    assert "Ted" not in str(told.value)


def test_hostile_json_becomes_rows_that_every_database_takes() -> None:
    deep = b'{"event_name":"x","message":{"message_id":"m","a":' + b"[" * 60 + b"]" * 60 + b"}}"
    for body in (deep, json.dumps(event(text="a\0b\ud800")).encode(), b'{"event_name":"x","n":1e999,"m":NaN}'):
        kept = updates.received(read_json(body))
        said = json.dumps(kept[0].raw, ensure_ascii=False)
        said.encode()
        assert "\0" not in said
