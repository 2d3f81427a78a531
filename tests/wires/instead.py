"""What a play says otherwise on Zalo without a public address: it carries no file, and there is no page to show one.

The way on is then a person: whoever sent the voice note or the photo is asked.
"""

from __future__ import annotations

from pathlib import Path

from tests.play import Play, read

ASK = "  Tin thoại, ảnh gửi qua Zalo: cô hỏi bác Rớt để nghe, xem.\n"
WITHOUT_FILES = {
    "support-settings": (
        (
            "[3. Phiếu vận động, tệp Word] [4. Biểu đồ cả năm học] [5. Xem lại em Chi] [6. Tìm em khác]\n",
            "[3. Xem lại em Chi] [4. Tìm em khác]\n",
        ),
    ),
    "meeting-two-villages": (
        (
            "< numbers: ✅ Đã ghi lúc 20:30. Cảm ơn chị đã ghi biên bản. Cần xem lại thì chị gõ: lịch họp\n"
            "  [1. Biên bản, tệp Word]\n",
            "< numbers: ✅ Đã ghi lúc 20:30. Cảm ơn chị đã ghi biên bản. Cần xem lại thì chị gõ: lịch họp\n  [↩️ Sửa]\n",
        ),
    ),
    "story-broken": (
        (
            "< numbers: ✅ Đã ghi lúc 20:31. Sáng thứ 4, Ra Lớp xem em Chi có đến lớp không rồi báo chị.\n"
            "  [1. Biên bản, tệp Word]\n",
            "< numbers: ✅ Đã ghi lúc 20:31. Sáng thứ 4, Ra Lớp xem em Chi có đến lớp không rồi báo chị.\n  [↩️ Sửa]\n",
        ),
    ),
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
            "  [1. Sửa biên bản] [2. Xem ảnh] [3. Biên bản, tệp Word] [4. Các buổi họp đã qua]\n"
            "> 2\n"
            "< (photo)\n"
            "  Kèm biên bản: Họp thôn Cà Xen, thứ 5, 21/3\n"
            "  [1. Xem lại biên bản]\n"
            "# The paper to sign is made when it is asked for.\n"
            "> 1\n"
            "< …\n"
            "> [3. Biên bản, tệp Word]\n"
            "< Đang làm biên bản, xong sẽ gửi ngay.\n"
            "  [1. Xem lại biên bản] [2. Biểu đồ, báo cáo khác] [3. Việc của tôi]\n"
            "< (file)\n"
            "  Biên bản (bien-ban-2024-03-21-1.docx). Chị xem lại rồi ký giúp.\n"
            "  [1. Xem lại biên bản] [2. Biểu đồ, báo cáo khác] [3. Việc của tôi]\n",
            "  [1. Sửa biên bản] [2. Các buổi họp đã qua]\n",
        ),
    ),
    "minutes-odd": (
        (
            "< numbers: ✅ Đã ghi lúc 20:30. Cảm ơn chị đã ghi biên bản. Cần xem lại thì chị gõ: lịch họp\n"
            "  [1. Biên bản, tệp Word]\n",
            "< numbers: ✅ Đã ghi lúc 20:30. Cảm ơn chị đã ghi biên bản. Cần xem lại thì chị gõ: lịch họp\n  [↩️ Sửa]\n",
        ),
        (
            "  [1. Sửa biên bản] [2. Nghe tin thoại] [3. Xem ảnh] [4. Biên bản, tệp Word] [5. Các buổi họp đã qua]\n"
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
