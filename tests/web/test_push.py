"""Web Push: a closed page is woken, the message opens with the browser's key only, and names nobody."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.web import web_push
from bot.web.web_push import Identity, decoded, encoded, sealed
from storage.chat import Outbox
from storage.people import Address
from storage.web_pushes import PushSubscription
from tests.web.push_service import PushService, Receiver
from tests.web.stage import Browser, House, events, open_house

SECRET_WORDS = "Em Chi, lớp 6A, vắng 3 buổi liền vì ốm."


def test_the_example_of_the_standard_is_sealed_as_it_says() -> None:
    key = ec.derive_private_key(
        int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    body = sealed(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        key=key,
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_what_was_changed_on_its_way_does_not_open() -> None:
    receiver = Receiver()
    body = sealed(b"x", *receiver.keys().values())
    assert receiver.opened(body) == b"x"
    for other, changed in ((receiver, body[:-1] + bytes([body[-1] ^ 1])), (Receiver(), body)):
        with pytest.raises(InvalidTag):
            other.opened(changed)


def test_the_same_key_file_is_the_same_sender() -> None:
    assert Identity(b"k" * 32).public == Identity(b"k" * 32).public
    assert Identity(b"k" * 32).public != Identity(b"l" * 32).public


async def pushed(house: House, text: str = SECRET_WORDS) -> None:
    """A minute later something that nobody asked for goes to the one web address."""
    house.clock.move_to(house.clock.now() + timedelta(minutes=1))

    def queued(session: Session) -> None:
        address = session.scalars(select(Address).where(Address.channel == "web")).one()
        now = house.clock.now()
        session.add(
            Outbox(
                channel="web", bot="web", address=address.address, person_id=address.person_id, kind="visits.asked",
                is_push=True, payload={"text": text}, due_at=now, queued_at=now,
            )
        )  # fmt: skip

    await house.run(queued)
    house.service.delivery.wake.set()


async def subscribed(house: House, service: PushService, receiver: Receiver) -> Browser:
    teacher = await house.sits_down("Đinh Thị Hoa")
    assert decoded((await teacher.client.get("/push/key")).json()["key"])[:1] == b"\x04"
    answer = await teacher.post("/push", endpoint=f"{service.origin}/p/1", **receiver.keys())
    assert answer.json() == {"ok": True}
    return teacher


async def test_a_closed_page_is_woken_without_a_name(house: House) -> None:
    receiver = Receiver()
    async with PushService() as service:
        await subscribed(house, service, receiver)
        await pushed(house)
        arrival = await service.next()
        told = json.loads(receiver.opened(arrival.body))
        assert told == {"title": "Ra Lớp có tin mới", "body": "1 tin chưa xem"}
        assert b"Chi" not in arrival.body
        assert (arrival.headers["content-encoding"], arrival.headers["ttl"]) == ("aes128gcm", "43200")
        claims = arrival.claims(service.origin)
        assert claims["exp"] > house.clock.now().timestamp()
        await pushed(house, "another")
        assert json.loads(receiver.opened((await service.next()).body))["body"] == "2 tin chưa xem"


async def test_an_open_page_and_an_answer_wake_nobody(house: House) -> None:
    receiver = Receiver()
    async with PushService() as service:
        teacher = await subscribed(house, service, receiver)
        await teacher.post("/chat/say", text="menu")
        await teacher.until(lambda items: len(items) == 2)
        async with teacher.client.stream("GET", "/chat/stream") as answer:
            told = events(answer)
            await anext(told)
            await pushed(house)
            while not (event := await anext(told)).data or SECRET_WORDS not in str(event.data):
                pass
        await asyncio.gather(*house.app.state.pushes.tasks)
        assert service.arrivals == []


@pytest.mark.parametrize(("status", "left"), [(404, 0), (410, 0), (500, 1), (429, 1)])
async def test_a_browser_that_is_gone_is_forgotten_and_one_in_trouble_is_not(
    house: House, status: int, left: int
) -> None:
    async with PushService(status=status) as service:
        await subscribed(house, service, Receiver())
        await pushed(house)
        await service.next()
        await asyncio.gather(*house.app.state.pushes.tasks)
        rows = await house.run(lambda session: session.scalars(select(PushSubscription)).all())
        assert sum(row.gone_at is None for row in rows) == left


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest", "https://evil.example/p", "https://fcm.googleapis.com.evil.example/p",
        "https://fcm.googleapis.com:22/p", "https://user@fcm.googleapis.com/p", "file:///etc/passwd", "https://[", "",
    ],
)  # fmt: skip
async def test_nobody_makes_us_knock_elsewhere(house: House, endpoint: str) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    assert (await teacher.post("/push", endpoint=endpoint, **Receiver().keys())).status_code == 400
    assert await house.count(PushSubscription) == 0


async def test_behind_a_public_address_no_machine_of_the_house_is_called(long_mon_url: str) -> None:
    async with open_house(long_mon_url, public_url="https://ralop.minhlong.vn") as house:
        pushes = house.app.state.pushes
        assert not pushes.may_call("http://127.0.0.1:1/p")
        assert pushes.may_call("https://fcm.googleapis.com/fcm/send/abc")
        assert pushes.may_call("https://wns2-sg2p.notify.windows.com/w/?token=abc")


async def test_without_the_library_pages_offer_no_signs(long_mon_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_push, "find_spec", lambda name: None)
    async with open_house(long_mon_url) as house:
        teacher = await house.sits_down("Đinh Thị Hoa")
        assert (await teacher.client.get("/push/key")).status_code == 404


async def test_a_stranger_learns_no_key_and_wakes_nobody(house: House) -> None:
    stranger = house.browser()
    assert (await stranger.client.get("/push/key")).status_code == 401
    assert (
        await stranger.post("/push", endpoint="https://fcm.googleapis.com/x", **Receiver().keys())
    ).status_code == 401


async def test_a_browser_can_be_left_in_peace_again(house: House) -> None:
    async with PushService() as service:
        teacher = await subscribed(house, service, Receiver())
        await teacher.post("/push/end", endpoint=f"{service.origin}/p/1")
        rows = await house.run(lambda session: session.scalars(select(PushSubscription)).all())
        assert [row.gone_at is None for row in rows] == [False]
