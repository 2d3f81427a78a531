"""What a file is, by its first bytes: neither its name nor what the browser says of it is believed (T15)."""

from __future__ import annotations

from bot.messages import Kind

PHOTOS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel"}
TEXTS = {"csv": "text/csv", "txt": "text/plain", "md": "text/markdown"}
# What a page may show inside itself; everything else is only saved.
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "audio/ogg", "audio/webm", "audio/mp4", "audio/mpeg"})


def kind_of(content: bytes, name: str) -> tuple[Kind, str] | None:
    """Kind and media type of a content; None for what Ra Lớp takes no part in (a video, a program)."""
    head = content[:16]
    for sign, media_type in PHOTOS:
        if head.startswith(sign):
            return Kind.PHOTO, media_type
    if head[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.PHOTO, "image/webp"
    voice = _voice(head)
    return (Kind.VOICE, voice) if voice else _document(content, name.rpartition(".")[2].casefold())


def _voice(head: bytes) -> str:
    """The type of a sound; of a container that could hold a film as well, what recorders of phones make."""
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"isom", b"iso5", b"iso6", b"mp41", b"mp42"):
        return "audio/mp4"
    return "audio/mpeg" if head.startswith(b"ID3") else ""


def _document(content: bytes, suffix: str) -> tuple[Kind, str] | None:
    if content.startswith(b"PK\x03\x04") and suffix in OFFICE:
        return Kind.FILE, OFFICE[suffix]
    if content.startswith(b"\xd0\xcf\x11\xe0") and suffix in OLD_OFFICE:
        return Kind.FILE, OLD_OFFICE[suffix]
    if content.startswith(b"%PDF-"):
        return Kind.FILE, "application/pdf"
    if suffix in TEXTS and content and b"\0" not in content[:4096]:
        return Kind.FILE, TEXTS[suffix]
    return None
