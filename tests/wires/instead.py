"""What a play says otherwise on Zalo without a public address: it carries no file, and there is no page to show one.

The way on is then a person: whoever sent the voice note or the photo is asked.
"""

from __future__ import annotations

from pathlib import Path

from tests.play import Play, read

ASK = "  Tin thoại, ảnh gửi qua Zalo: cô hỏi bác Rớt để nghe, xem.\n"
WITHOUT_FILES = {
    "v06-home-visit": (
        (
            "  [1. Nghe tin thoại] [2. Xem ảnh] [3. Báo thăm nhà] [4. Việc của tôi]\n"
            "> 1\n"
            "< (voice 18s)\n"
            "  Tin thoại 18 giây: thăm nhà em Chi, lớp 6A.\n"
            "  [1. Xem lại tin thăm nhà] [2. Việc của tôi]\n",
            ASK + "  [1. Báo thăm nhà] [2. Việc của tôi]\n",
        ),
    ),
    "visit-files": (
        (
            "  [1. Nghe tin thoại] [2. Xem ảnh] [3. Ghi rõ lý do] [4. Báo thăm nhà] [5. Việc của tôi]\n"
            "> 1\n"
            "< (voice 18s)\n"
            "  Tin thoại 18 giây: thăm nhà em Chi, lớp 6A.\n"
            "< (voice 7s)\n"
            "  Tin thoại 7 giây: thăm nhà em Chi, lớp 6A.\n"
            "  [1. Xem lại tin thăm nhà] [2. Việc của tôi]\n"
            "> 1\n"
            "< …\n"
            "> 2\n"
            "< (photo)\n"
            "  Ảnh: thăm nhà em Chi, lớp 6A.\n"
            "  [1. Xem lại tin thăm nhà] [2. Việc của tôi]\n",
            ASK + "  [1. Ghi rõ lý do] [2. Báo thăm nhà] [3. Việc của tôi]\n",
        ),
    ),
    "settings": (
        (
            "  [1. Lịch họp vào điện thoại] [2. Cài đặt] [3. Menu]\n> [2. Cài đặt]\n",
            "  [1. Cài đặt] [2. Menu]\n> [1. Cài đặt]\n",
        ),
    ),
    "v08-minutes": (
        (
            "  [1. Sửa biên bản] [2. Xem ảnh] [3. Các buổi họp đã qua]\n"
            "> 2\n"
            "< (photo)\n"
            "  Kèm biên bản: Họp thôn Cà Xen, thứ 5, 21/3\n"
            "  [1. Xem lại biên bản]\n",
            "  [1. Sửa biên bản] [2. Các buổi họp đã qua]\n",
        ),
    ),
    "minutes-odd": (
        (
            "  [1. Sửa biên bản] [2. Nghe tin thoại] [3. Xem ảnh] [4. Các buổi họp đã qua]\n"
            "> 2\n"
            "< (voice 25s)\n"
            "  Kèm biên bản: Họp thôn Cà Xen, thứ 5, 21/3\n"
            "  [1. Xem lại biên bản]\n",
            "  [1. Sửa biên bản] [2. Các buổi họp đã qua]\n",
        ),
    ),
}


def without_files(path: Path, folder: Path) -> Play:
    """The play as it goes where no file can be shown; raises AssertionError when it has changed and this has not."""
    text = path.read_text("utf-8")
    for former, instead in WITHOUT_FILES.get(path.stem, ()):
        assert former in text, f"tests/wires/instead.py no longer fits {path.name}"
        text = text.replace(former, instead)
    (folder / path.name).write_text(text, "utf-8")
    return read(folder / path.name)
