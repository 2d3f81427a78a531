"""Text typed for the fonts of the nineties (TCVN3, VNI), which is garbage in Unicode: `§inh ThÞ Hµ`, `Ñinh Thò Haø`."""

from __future__ import annotations

import re
import unicodedata

# Which letters the code points of Latin-1 meant in the .VnTime fonts (TCVN 5712:1993, table 3).
_TCVN3 = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ¡¢£¤¥¦§",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
# VNI writes a mark as a letter of its own behind the vowel; ơ, ư, đ and the marked i are single letters.
_VNI_TONES = dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True))
_VNI_HATS = {
    **dict(zip("âàáåãä", ("\u0302" + tone for tone in ("", *"\u0300\u0301\u0309\u0303\u0323")), strict=True)),
    **dict(zip("êèéúüë", ("\u0306" + tone for tone in ("", *"\u0300\u0301\u0309\u0303\u0323")), strict=True)),
}
_VNI_LETTERS = dict(zip("ñôöìíæóòî", "đơưìíỉĩịỵ", strict=True))
_RIMES = {
    "a": "|c|ch|i|m|n|ng|nh|o|p|t|u|y",
    "ă": "c|m|n|ng|p|t",
    "â": "c|m|n|ng|p|t|u|y",
    "e": "|c|m|n|ng|o|p|t",
    "ê": "|ch|m|n|nh|p|t|u",
    "i": "|a|ch|m|n|nh|p|t|u",
    "iê": "c|m|n|ng|p|t|u",
    "o": "|c|i|m|n|ng|p|t",
    "oa": "|c|ch|i|m|n|ng|nh|o|p|t|y",
    "oă": "c|m|n|ng|t",
    "oe": "|n|o|t",
    "oo": "c|ng",
    "ô": "|c|i|m|n|ng|p|t",
    "ơ": "|i|m|n|p|t",
    "u": "|a|c|i|m|n|ng|p|t",
    "uâ": "n|ng|t|y",
    "uê": "|ch|nh",
    "uô": "c|i|m|n|ng|t",
    "uơ": "",
    "uy": "|a|ch|n|nh|p|t|u",
    "uyê": "n|t",
    "ư": "|a|c|i|m|n|ng|t|u",
    "ươ": "c|i|m|n|ng|p|t|u",
    "y": "|t|u",
    "yê": "m|n|ng|t|u",
    # after q
    "ua": "|c|ch|i|m|n|ng|nh|o|t|y",
    "uă": "c|m|n|ng|t",
    "ue": "|n|o|t",
    "ui": "|nh|t",
}
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|q|th|tr|[bcdđghklmnprstvx])?(?:"
    + "|".join(f"{nucleus}(?:{codas})" for nucleus, codas in _RIMES.items())
    + ")"
)
_TONE = re.compile("[\u0300\u0309\u0303\u0301\u0323]")
_WORD = re.compile(r"[^\s\d.,;:()/+\-–\"'’]+")
# Letters that neither family of fonts could hold; Đ only at the head of a word, since `clean` makes it of TCVN3's é.
_UNICODE_ONLY = re.compile(r"[\u1ea0-\u1ef9ăĂĩĨũŨơƠưƯ]|\b[đĐ](?=\w)")
_STRANGE = re.compile("[^\x00-\x7fàáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝđĐ]")
_VNI_PAIR = re.compile(f"[aeouyôö][{''.join(_VNI_TONES)}{''.join(_VNI_HATS)}]", re.IGNORECASE)


def is_old_font(text: str) -> bool:
    """Whether the text was typed for a TCVN3 or VNI font, so that its letters are not what they seem.

    True when some word is no Vietnamese syllable as it stands and becomes one when read in the old way. Where
    all its letters are Vietnamese nevertheless (an unusual name such as Yô), a second such word is needed.
    One letter that those fonts could not hold (ạ, ơ) settles the matter, so that no text in Unicode is taken
    for old. Ask before `clean`, which drops the ư of TCVN3.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isascii() or _UNICODE_ONLY.search(text):
        return False
    garbled = [word for word in _WORD.findall(text) if _is_garbled(word)]
    return len(garbled) > 1 or any(_STRANGE.search(word) or _VNI_PAIR.search(word) for word in garbled)


def _is_garbled(word: str) -> bool:
    if word.isascii() or not re.search("[A-Za-z]", word) or word[0] == "µ" or _is_syllable(word):
        return False
    read = (_from_tcvn3(word), _from_vni(word.lower()))
    return any(old != word.lower() and _is_syllable(old) for old in read)


def _is_syllable(word: str) -> bool:
    """Whether a word is built like a Vietnamese syllable with at most one tone."""
    parts = unicodedata.normalize("NFD", word.lower())
    letters = unicodedata.normalize("NFC", _TONE.sub("", parts))
    return len(_TONE.findall(parts)) <= 1 and bool(_SYLLABLE.fullmatch(letters))


def _from_tcvn3(word: str) -> str:
    return "".join(_TCVN3.get(char, char) for char in word).lower()


def _from_vni(word: str) -> str:
    read = ""
    for char in word:
        if read[-1:] in tuple("aeo") and char in _VNI_HATS:
            read += _VNI_HATS[char]
        elif read[-1:] in tuple("aeouyơư") and char in _VNI_TONES:
            read += _VNI_TONES[char]
        else:
            read += _VNI_LETTERS.get(char, char)
    return unicodedata.normalize("NFC", read)
