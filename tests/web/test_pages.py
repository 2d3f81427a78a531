"""Sentences on pages: a number is called by a tap, and what somebody typed stays words."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from bot.web.pages import whole

CALLED = '<a class="call" href="tel:{}">{}</a>'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Gọi chị Thu: 0255 000 000.", f"Gọi chị Thu: {CALLED.format('0255000000', '0255 000 000')}."),
        ("0900.000.004", CALLED.format("0900000004", "0900.000.004")),
        ("(+84 255 000 000)", f"({CALLED.format('+84255000000', '+84 255 000 000')})"),
        ("Mã 7K3P-9QXM ạ", 'Mã <span class="whole">7K3P-9QXM</span> ạ'),
        ("30/KH-UBND, 20/3/2024, 18 giờ 30, 312 em, 5.1.0", "30/KH-UBND, 20/3/2024, 18 giờ 30, 312 em, 5.1.0"),
        ("<b>0255 000 000", f"&lt;b&gt;{CALLED.format('0255000000', '0255 000 000')}"),
        (Markup("&lt;b&gt; 7K3P-9QXM"), '&lt;b&gt; <span class="whole">7K3P-9QXM</span>'),
    ],
)
def test_a_number_is_called_by_a_tap_and_what_was_typed_stays_words(said: str, shown: str) -> None:
    assert whole(said) == shown
