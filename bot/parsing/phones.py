"""Telephone numbers as people and spreadsheets write them, and as we show them."""

from __future__ import annotations

import re

import phonenumbers

from bot.parsing.text import clean_line

_BETWEEN = re.compile(r"[/;,|]|\s[-–]\s|\s(?:hoặc|và|hay)\s", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\(?\d(?:[\s.()-]*\d){7,14}")
_TEN_DIGITS = re.compile(r"(?<!\d)0(?:[ .-]?\d){9}(?!\d)")
# In 2018 the eleven-digit mobile numbers lost a digit; old lists still hold them.
_SINCE_2018 = {
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0126": "076",
    "0128": "078",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0127": "081",
    "0129": "082",
    **{f"016{n}": f"03{n}" for n in range(2, 10)},
    "0186": "056",
    "0188": "058",
    "0199": "059",
}


def phone(text: str) -> str | None:
    """The first telephone number in the text as national digits ("0900000001"), or None.

    Excel's lost zero is put back, +84 and 84 become 0, and a mobile number from before 2018 gets its new
    prefix. Any ten digits beginning with 0 are taken, even under a prefix nobody was given: a number that
    does not answer is found by calling it, while a number that we refuse is lost.
    """
    for piece in _BETWEEN.split(clean_line(text)):
        piece = piece.strip().removesuffix(".0")  # Excel's way of writing a number
        for form in (_NUMBER, _TEN_DIGITS):
            found = form.search(piece)
            if found and (number := _national(found[0])):
                return number
    return None


def _national(written: str) -> str | None:
    digits = re.sub(r"\D", "", written)
    if written.startswith("+") or digits.startswith("00"):
        return _from_abroad(digits.removeprefix("00"))
    if len(digits) == 11 and digits.startswith("84"):
        return _from_abroad(digits)
    if not digits.startswith("0"):
        digits = f"0{digits}"
    return _accepted(digits)


def _from_abroad(digits: str) -> str | None:
    if not digits.startswith("84"):
        return None
    return _accepted("0" + digits.removeprefix("84").removeprefix("0"))


def _accepted(digits: str) -> str | None:
    if len(digits) == 10:
        return digits
    if len(digits) == 11 and digits[:4] in _SINCE_2018:
        return _SINCE_2018[digits[:4]] + digits[4:]
    return digits if len(digits) == 11 and _is_valid(digits) else None  # landlines have eleven


def _is_valid(digits: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(digits, "VN")))
    except phonenumbers.NumberParseException:
        return False


def phone_shown(number: str) -> str:
    """National digits in groups that can be read out: "0900 000 001"."""
    if len(number) not in (10, 11) or not number.isdigit():
        return number
    return f"{number[:4]} {number[4:7]} {number[7:]}"
