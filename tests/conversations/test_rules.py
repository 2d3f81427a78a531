"""The numbers of the rules in the chat, where the commune is too large for a rehearsal at once."""

from __future__ import annotations

import pytest

from bot.rules import rehearsal
from tests.service.conftest import bench
from tests.service.stage import Bench

__all__ = ["bench"]


async def test_a_large_commune_is_told_where_a_change_can_be_rehearsed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "ANSWERED_AT_ONCE", 30)
    for text in ("ngưỡng", "2", "1", "4"):
        await bench.says("chị Thu", text)
    assert "ralop rules --rehearse" in bench.seen("chị Thu")[-1]
    await bench.says("chị Thu", "1")
    assert bench.seen("chị Thu")[-1].startswith("✅ Đã đặt lúc 8:00: vắng 4 ngày liền")


async def test_a_number_of_none_is_pressed_since_a_typed_zero_goes_back(bench: Bench) -> None:
    for text in ("ngưỡng", "1", "3"):
        await bench.says("chị Thu", text)
    assert bench.screens.screens["chị Thu"][-1].captions == ["1. Không có", "0. Lùi lại"]
    await bench.says("chị Thu", "không có")
    assert "• Từ nay: 0 ngày học đầu sau Tết" in bench.seen("chị Thu")[-1]
