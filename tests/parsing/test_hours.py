"""Times of day as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.parsing import fold, time_of_day, time_range

HALF_PAST_SIX = time(18, 30)
SAID = [
    *((said, HALF_PAST_SIX) for said in ("18 giờ 30 phút", "18 giờ 30", "18h30", "18h30'", "18h30ph", "18g30")),
    *((said, HALF_PAST_SIX) for said in ("18:30", "18.30", "18 h 30", "18H30", "18h 30", "18:30:00", "18h30p")),
    *((said, time(19)) for said in ("19 giờ", "19h", "19h00", "19 giờ 00'", "19g", "19 giờ 00 phút", "7h tối")),
    ("07 giờ 30’", time(7, 30)),
    ("7 giờ 30", time(7, 30)),
    ("7 giờ", time(7)),
    ("7h30 sáng", time(7, 30)),
    ("7 giờ tối", time(19)),
    ("6 giờ 30 chiều", HALF_PAST_SIX),
    ("6 giờ rưỡi tối", HALF_PAST_SIX),
    ("6 rưỡi tối", HALF_PAST_SIX),
    ("6 rưỡi", time(6, 30)),
    ("6h rưỡi chiều", HALF_PAST_SIX),
    ("2 giờ chiều", time(14)),
    ("2 giờ buổi chiều", time(14)),
    ("12 giờ trưa", time(12)),
    ("11h trưa", time(11)),
    ("1 giờ trưa", time(13)),
    ("12 giờ đêm", time(0)),
    ("11 giờ đêm", time(23)),
    ("19 giờ kém 15", time(18, 45)),
    ("7 giờ kém 10 tối", time(18, 50)),
    ("bảy giờ tối", time(19)),
    ("sáu giờ rưỡi tối", HALF_PAST_SIX),
    ("mười tám giờ ba mươi", time(18, 30)),
    ("lúc 18 giờ 5 phút", time(18, 5)),
    ("tối nay 7 giờ", time(19)),
    ("chiều thứ 5 lúc 2h", time(14)),
    ("7 tối", time(19)),
    ("họp 18h 22/3", time(18)),
    ("19 giờ 12 người", time(19)),
    ("đổi họp tối nay sang 7h", time(19)),
    ("0h", time(0)),
    ("18 giờ 30 (6 giờ rưỡi tối)", HALF_PAST_SIX),
    ("Vào lúc 18 giờ 30 phút, thứ Năm ngày 21/3/2024", HALF_PAST_SIX),
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_a_time_is_understood(said: str, meant: time) -> None:
    assert time_of_day(said) == meant


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_a_time_is_understood_without_marks(said: str, meant: time) -> None:
    assert time_of_day(fold(said)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tối",
        "sáng mai",
        "6A",
        "6hs vắng",
        "25h",
        "24 giờ",
        "18:75",
        "22/3",
        "22.3.2024",
        "12 người",
        "28/31",
        "thứ bảy giờ nào",
        "2 tiếng",
        "95.55%",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert time_of_day(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("từ 18h30 đến 20h30", (HALF_PAST_SIX, time(20, 30))),
        ("18h30 - 20h30", (HALF_PAST_SIX, time(20, 30))),
        ("18h30-20h30", (HALF_PAST_SIX, time(20, 30))),
        ("18:30–20:30", (HALF_PAST_SIX, time(20, 30))),
        ("Từ 18 giờ 30 phút đến 20 giờ 30 phút", (HALF_PAST_SIX, time(20, 30))),
        ("từ 7 đến 9 giờ", (time(7), time(9))),
        ("7-9h", (time(7), time(9))),
        ("từ 7h đến 9h tối", (time(19), time(21))),
        ("2h - 4h chiều", (time(14), time(16))),
        ("6h tối đến 8h", (time(18), time(20))),
        ("8h sáng đến 2h chiều", (time(8), time(14))),
        ("10h đến 2 giờ chiều", (time(10), time(14))),
        ("bắt đầu từ 18h30", (HALF_PAST_SIX, None)),
        ("18h30", (HALF_PAST_SIX, None)),
        ("tối mai", None),
    ],
)
def test_a_range_of_times_is_understood(text: str, expected: tuple[time, time | None] | None) -> None:
    assert time_range(text) == expected


@given(
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["{}h{:02}", "{} giờ {:02} phút", "{}:{:02}", "{}g{:02}"]),
)
def test_every_time_of_the_day_can_be_written(at: time, form: str) -> None:
    assert time_of_day(form.format(at.hour, at.minute)) == at


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    time_range(text)
