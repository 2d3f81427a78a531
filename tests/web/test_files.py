"""Photos, voice notes and files of a chat: kept with their message, known by their bytes, given to this chat only."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from bot.messages import Attachment, Kind, Outgoing
from bot.web.forms import shown_name
from bot.web.sniffing import kind_of
from storage import files
from storage.chat import Inbox, Outbox
from storage.files import KeptFile
from tests.web.stage import Browser, House

JPEG = b"\xff\xd8\xff\xda\0\x02" + b"a photo" * 50 + b"\xff\xd9"  # a scan alone: all that is looked at
OGG = b"OggS" + b"a voice" * 50


async def sent(
    browser: Browser, content: bytes, name: str = "anh.jpg", *, page: bool = False, **fields: str
) -> httpx.Response:
    accept = "text/html" if page else "application/json"
    return await browser.client.post(
        "/chat/file", data=fields, files={"file": (name, content)}, headers={"Origin": browser.origin, "Accept": accept}
    )


async def visiting(house: House) -> Browser:
    """The village head in the middle of a report, which takes photos and voice notes."""
    head = await house.sits_down("Đinh Văn Rớt")
    await head.post("/chat/say", text="thăm em Chi 6A: gặp mẹ, hẹn thứ 6")
    await head.until(lambda items: items and "xem lại" in items[-1]["text"])
    return head


async def test_a_photo_is_kept_in_the_message_s_own_transaction_and_the_report_goes_on(house: House) -> None:
    head = await visiting(house)
    for _ in range(2):
        assert (await sent(head, JPEG, id="aaaaaaaa")).json() == {"ok": True, "said": ""}
    items = await head.until(lambda items: items and "Đã nhận" in items[-1]["text"])
    mine = items[-2]["file"]
    assert (mine["kind"], mine["label"]) == ("photo", "Ảnh")
    assert await house.count(KeptFile) == 1
    row = await house.run(lambda session: session.scalars(select(Inbox).where(Inbox.kind == "photo")).one())
    assert row.raw is not None
    assert row.raw["attachment"]["size_bytes"] == len(JPEG)


async def test_a_file_is_shown_to_the_chat_that_sent_it_and_to_nobody_else(house: House) -> None:
    head, teacher = await visiting(house), await house.sits_down("Đinh Thị Hoa")
    await sent(head, OGG, "tin.ogg", seconds="18", id="aaaaaaaa")
    items = await head.until(lambda items: any(item["file"] for item in items))
    file = next(item["file"] for item in items if item["file"])
    assert file["label"] == "Tin thoại 0:18"
    answer = await head.client.get(file["url"])
    assert (answer.content, answer.headers["content-type"]) == (OGG, "audio/ogg")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")
    for other in (teacher, house.browser()):
        assert (await other.client.get(file["url"])).status_code in (401, 404)
    for wrong in ("i999", "o1", "x1", "i1x", "../i1"):
        assert (await head.client.get(f"/chat/file/{wrong}")).status_code == 404


async def test_a_file_that_ra_lop_sends_is_fetched_from_what_we_hold(house: House) -> None:
    teacher = await house.sits_down("Đinh Thị Hoa")
    await teacher.post("/chat/say", text="menu")
    await teacher.until(lambda items: len(items) >= 2)

    def put(session: object) -> int:
        now = house.clock.now()
        files.put(
            session, channel="ralop", bot="ralop", file_id="a card", address="", kind="file", content=b"%PDF-1.7 card",
            media_type="application/pdf", name="thẻ mời.pdf", at=now,
        )  # fmt: skip
        former = session.scalars(select(Outbox)).first()  # type: ignore[attr-defined]
        card = Attachment(Kind.FILE, "a card", name="thẻ mời.pdf", channel="ralop", bot="ralop")
        row = Outbox(
            channel="web", bot="web", address=former.address, person_id=former.person_id, kind="card",
            payload=Outgoing("Thẻ mời đây ạ.", attachment=card).as_json(), due_at=now, queued_at=now,
        )  # fmt: skip
        session.add(row)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        return row.id

    await house.run(put)
    house.service.delivery.wake.set()
    items = await teacher.until(lambda items: items and items[-1]["file"])
    answer = await teacher.client.get(items[-1]["file"]["url"])
    assert answer.content == b"%PDF-1.7 card"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''th")
    page = (await teacher.get("/")).text
    assert "thẻ mời.pdf</a>" in page


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"<html><script>alert(1)</script>", "anh.jpg", 415),
        (b"<svg onload=alert(1)>", "anh.svg", 415),
        (b"MZ\x90\0", "ds.xlsx", 415),
        (b"\0\0\0\x18ftypqt  ", "phim.mov", 415),
        (b"", "anh.jpg", 415),
        (b"\xff\xd8\xff\xe1\xff\xff broken off", "anh.jpg", 415),
        (b"\xff\xd8\xff" + b"x" * 5_000_001, "anh.jpg", 413),
        (b"\xff\xd8\xff" + b"x" * 5_100_000, "anh.jpg", 413),
    ],
)
async def test_what_is_no_photo_voice_or_paper_is_refused_and_leaves_nothing(
    house: House, content: bytes, name: str, status: int
) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    before = await house.effects()
    answer = await sent(head, content, name)
    assert answer.status_code == status
    assert await house.effects() == before
    assert await house.count(KeptFile) == 0


async def test_without_a_script_too_large_is_a_page_with_a_sentence_and_a_way_back(house: House) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    answer = await sent(head, b"\xff\xd8\xff" + b"x" * 5_100_000, page=True)
    assert answer.status_code == 413
    assert "mỗi tệp không quá 5 MB" in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"--x\r\nnonsense\r\n--x--", "multipart/form-data; boundary=x", 400),
        (b"--x--", "multipart/form-data; boundary=x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\na\r\n--x--', "multipart/form-data; boundary=x", 400),
        (b"anything", "multipart/form-data", 415),
        (b"id=aaaaaaaa", "application/x-www-form-urlencoded", 415),
    ],
)  # fmt: skip
async def test_an_odd_form_is_refused(house: House, body: bytes, kind: str, status: int) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    told = {"Origin": head.origin, "Content-Type": kind}
    assert (await head.client.post("/chat/file", content=body, headers=told)).status_code == status


async def test_a_foreign_page_and_a_stranger_send_no_file(house: House) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    answer = await head.client.post(
        "/chat/file", files={"file": ("a.jpg", JPEG)}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert (await sent(house.browser(), JPEG)).status_code == 401
    assert await house.count(KeptFile) == 0


async def test_a_page_that_went_wild_fills_no_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.web import files as pages

    monkeypatch.setattr(pages, "A_DAY_BYTES", 500)
    head = await house.sits_down("Đinh Văn Rớt")
    answers = [(await sent(head, JPEG, id=f"aaaaaaa{place}")).status_code for place in range(3)]
    assert answers == [200, 200, 429]


async def test_late_words_count_for_their_time_never_the_future_and_at_most_a_week_back(house: House) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    for number, ago in enumerate(("0", "59", "5700", "-5000", "99999999")):
        assert (await head.post("/chat/say", text="menu", id=f"aaaaaaa{number}", ago=ago)).status_code == 200
    rows = await house.run(lambda session: session.scalars(select(Inbox).order_by(Inbox.id)).all())
    now = house.clock.now()
    late = [round((now - _written(row)).total_seconds()) for row in rows]
    assert late == [0, 0, 5700, 0, 7 * 86_400]
    for odd in ("x", "1.5", "9" * 20):
        assert (await head.post("/chat/say", text="menu", ago=odd)).status_code == 400


def _written(row: Inbox) -> object:
    from datetime import datetime

    assert row.raw is not None
    return datetime.fromisoformat(row.raw["written_at"])


async def test_what_was_typed_under_another_person_s_name_is_not_taken(house: House) -> None:
    head = await house.sits_down("Đinh Văn Rớt")
    before = await house.effects()
    assert (await head.post("/chat/say", **{"text": "menu", "for": "p1"})).status_code == 409
    assert await house.effects() == before
    tag = (await head.get("/")).text.split('data-tag="')[1].split('"')[0]
    assert (await head.post("/chat/say", **{"text": "menu", "for": tag})).status_code == 200


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\tệp\\ds lớp.xlsx", "ds lớp.xlsx"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("...", ""),
    ],
)
def test_a_file_s_name_is_only_for_showing(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_kinds_are_told_by_bytes_not_by_names() -> None:
    assert kind_of(JPEG, "danh sach.xlsx") == (Kind.PHOTO, "image/jpeg")
    assert kind_of(OGG, "") == (Kind.VOICE, "audio/ogg")
    assert kind_of(b"PK\x03\x04", "a.xlsx") is not None
    assert kind_of(b"PK\x03\x04", "a.jar") is None
    assert kind_of("họ tên;lớp".encode(), "ds.csv") == (Kind.FILE, "text/csv")
    assert kind_of(b"a\0b", "ds.csv") is None
