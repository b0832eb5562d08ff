"""Text as people and files send it: cleaning, comparison keys, pinyin, and typed values out of text.

The same functions serve the API, the import and the rules, so that one input gets one answer everywhere.
Nothing here needs a database. What is refused raises `ValueRefused`, whose message is translated when shown.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Problem, Refusal, Text

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DIGITS = 38
"""Digits a number may have in all; the columns of the database hold fewer, and say so with their own error."""
MIN_DATE = date(1900, 1, 1)
MAX_DATE = date(2199, 12, 31)


class ValueRefused(Refusal):
    """One value that is not taken; the caller says of which field it is. `code` is stable.

    A refusal like any other: where nobody adds the place, the API still answers 422 with its words.
    """

    def __init__(self, code: str, message: Text, hint: Text = "") -> None:
        super().__init__(Problem(code, message, hint))
        self.code = code
        self.message = message
        self.hint = hint


# --- cleaning ---------------------------------------------------------------------------------------------------

# Spaces of every script (Zs), line and paragraph separators, tab and line ends: what trimming takes away.
# Control characters are not trimmed but refused: a value that holds one is damaged.
_EDGES = " \t\n\r\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"

# C0 and C1 controls, bidi embeddings, overrides and isolates (they show one name as another), lone surrogates
# (which no database can store). Tab and line end are named apart, because only one-line text refuses them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE = re.compile("[\t\n]")


def clean(value: str, *, multiline: bool = False) -> str:
    """Return `value` in NFC without surrounding white space; everything else stays as it was typed.

    Zero-width characters, emoji and look-alike letters are kept: `fold` decides whether two names are the same.
    Line ends become "\\n" in multi-line text.
    Errors: `text.control` for NUL, other control characters, bidi overrides and isolates, lone surrogates;
    in one-line text also for a tab or a line end inside.
    """
    if value.isascii() and value.isprintable():
        return value.strip(" ")
    text = value.replace("\r\n", "\n").replace("\r", "\n") if multiline else value
    text = text.strip(_EDGES)
    found = _FORBIDDEN.search(text) or (None if multiline else _LINE.search(text))
    if found is not None:
        raise ValueRefused(
            "text.control",
            format_lazy(
                _("The text holds an invisible control character (U+{code}) at position {position}."),
                code=f"{ord(found.group()):04X}",
                position=found.start() + 1,
            ),
            _("Delete the character or type the text again."),
        )
    return unicodedata.normalize("NFC", text)


# --- comparison keys ----------------------------------------------------------------------------------------------

# Unicode's Default_Ignorable_Code_Point: characters that show nothing, removed by NFKC_Casefold (UAX 44).
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


@lru_cache(maxsize=16_384)
def fold(value: str) -> str:
    """Return the key under which two names are one: NFKC casefold, invisible characters gone, spaces collapsed.

    Stored beside names and codes that must be unique. `fold(fold(x)) == fold(x)`.
    """
    if value.isascii():
        return " ".join(value.casefold().split())
    text = _IGNORABLE.sub("", unicodedata.normalize("NFKC", value))
    # Case folding can undo normal form and the reverse; Unicode defines the result as this fixed point.
    while (folded := _IGNORABLE.sub("", unicodedata.normalize("NFKC", text.casefold()))) != text:
        text = folded
    return " ".join(text.split())


@lru_cache(maxsize=16_384)
def compact(value: str) -> str:
    """Return `fold(value)` without spaces and punctuation: the key of a supplier's invoice number.

    "INV-001", "inv 001" and "ＩＮＶ００１" are one number. Text of nothing but punctuation keeps it.
    """
    folded = fold(value)
    if folded.isalnum():
        return folded
    kept = "".join(char for char in folded if unicodedata.category(char)[0] not in "ZP" and char != "|")
    return fold(kept) or folded.replace(" ", "")  # folded once more: a mark may now follow another letter


# --- pinyin -------------------------------------------------------------------------------------------------------

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
_PIECE = re.compile(f"([{_HAN}]+)|([^\\W_{_HAN}]+)")


@cache
def _segment_and_reading() -> tuple[Callable[[str], Iterator[str]], Callable[[str], list[str]]]:
    """The phrase splitter and the reading of one phrase; loaded at first use, as the dictionaries take some 40 MB."""
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import Style, lazy_pinyin
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.contrib.mmseg import seg

    # A list for each syllable of 47,000 phrases: there are far fewer syllables.
    known: dict[tuple[str, ...], list[str]] = {}
    for syllables in PHRASES_DICT.values():
        syllables[:] = [known.setdefault(tuple(one), one) for one in syllables]

    @lru_cache(maxsize=32_768)
    def reading(phrase: str) -> list[str]:
        return lazy_pinyin(phrase, style=Style.TONE3)

    return seg.cut, reading


@lru_cache(maxsize=4_096)
def _pieces(value: str) -> tuple[tuple[str, bool], ...]:
    """Split folded text into (syllable with tone, True) for each Chinese character and (word, False) for others."""
    found: list[tuple[str, bool]] = []
    for match in _PIECE.finditer(fold(value)):
        han, word = match.groups()
        if word is not None:
            bare = word if word.isascii() else _without_accents(word)
            found.append((bare, False))
            continue
        cut, reading = _segment_and_reading()
        for phrase in cut(han):
            found.extend((syllable, True) for syllable in reading(phrase))
    return tuple(found)


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(char for char in decomposed if unicodedata.category(char) != "Mn")


def pinyin_sort_key(value: str) -> str:
    """Return text whose code-point order is the pinyin order of names: "长沙 A1" → "chang2 sha1 a1".

    Polyphonic characters are read by phrase. Latin words sort among the syllables, without case and accents.
    Names that sound alike get the same key: sort by (key, name).
    """
    return " ".join(piece for piece, _is_syllable in _pieces(value))


def pinyin_initials(value: str) -> str:
    """Return what a user types to find a name: first letters of Chinese characters, other words whole.

    "不锈钢管A12" → "bxgga12"; punctuation and spaces are left out, letters are lower case.
    """
    return "".join(piece[0] if is_syllable else piece for piece, is_syllable in _pieces(value))


# --- typed values -------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_EXPONENT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,3}", re.ASCII)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_SHOWN = 40  # characters of a refused value that its message repeats


def _refused_number(value: object, hint: Text) -> ValueRefused:
    shown = str(value)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
    return ValueRefused("number.invalid", format_lazy(_("“{value}” is not a number."), value=shown), hint)


def parse_decimal(value: str | int | Decimal, *, from_file: bool = False) -> Decimal:
    """Return the exact number, written without exponent; never rounds and never guesses.

    `from_file` takes thousands grouped by commas ("1,234.50", exactly grouped), as spreadsheets write them, and
    refuses exponents, which in a file mean that a spreadsheet has shortened the number.
    Errors: `number.invalid` for anything else: NaN, Infinity, "1,5", full-width or other digits, more than
    38 digits, truth values, floats (they have lost digits before they arrive).
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _refused_number(value, _("Write the number as text with digits and at most one point, such as 1234.50."))
    if isinstance(value, str):
        number = _decimal_of_text(value, from_file)
    elif isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise _refused_number("…", _too_long())
        number = Decimal(value)
    else:
        number = value
    if not number.is_finite():
        raise _refused_number(value, _("Write a finite number."))
    exponent = number.as_tuple().exponent
    if (
        not isinstance(exponent, int)
        or exponent < -MAX_DIGITS
        or max(number.adjusted(), 0) - min(exponent, 0) >= MAX_DIGITS
    ):
        raise _refused_number(value, _too_long())
    if not number:
        number = number.copy_abs()  # minus zero is zero
    return Decimal(format(number, "f")) if exponent > 0 else number


def _too_long() -> Text:
    return format_lazy(_("A number has at most {digits} digits."), digits=MAX_DIGITS)


def _decimal_of_text(value: str, from_file: bool) -> Decimal:
    text = value.strip(" ")
    if len(text) > 2 * MAX_DIGITS:
        raise _refused_number(text, _too_long())
    if _NUMBER.fullmatch(text) or (_EXPONENT.fullmatch(text) and not from_file):
        return Decimal(text)
    if from_file and _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    raise _refused_number(text, _number_hint(text, from_file))


def _number_hint(text: str, from_file: bool) -> Text:
    if not text:
        return _("Write a number, or leave the value out.")
    if _EXPONENT.fullmatch(text):
        return _("A spreadsheet has shortened this number: format the column as a number and write it in full.")
    if not text.isascii() and _NUMBER.fullmatch(unicodedata.normalize("NFKC", text)):
        return _("Use the digits 0–9 in half width.")
    if text.endswith("%"):
        return _("Write the number without the percent sign.")
    if "," in text or " " in text or "\u00a0" in text or "'" in text:
        if from_file:
            return _("Use a point for decimals, and commas only between groups of three digits, such as 1,234.50.")
        return _("Use a point for decimals and no thousands separators, such as 1234.50.")
    return _("Use digits and at most one point, such as 1234.50.")


_ISO = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)
_AMBIGUOUS = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})", re.ASCII)


def parse_date(value: str | date | datetime) -> date:
    """Return the calendar day of "2026-11-22", "2026/11/22" or "2026年11月22日"; month and day may have one digit.

    Errors: `date.invalid` for any other form ("03/04/2026" is named as ambiguous), a day that does not exist,
    a time of day other than midnight, and days outside 1900-01-01 … 2199-12-31.
    """
    if isinstance(value, datetime):
        if value.time() != time(0):
            raise _refused_date(value.isoformat(sep=" "), _("Leave out the time of day."))
        return _in_range(value.date())
    if isinstance(value, date):
        return _in_range(value)
    if not isinstance(value, str):
        raise _refused_date(str(value), _date_form())
    text = value.strip(" ")
    if (match := _ISO.fullmatch(text)) is not None:
        year, _separator, month, day = match.groups()
    elif (match := _CHINESE.fullmatch(text)) is not None:
        year, month, day = match.groups()
    else:
        raise _refused_date(text, _date_hint(text))
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise _refused_date(text, _("There is no such day in the calendar.")) from None
    return _in_range(found)


def parse_instant(value: str | datetime) -> datetime:
    """Return the instant of "2026-11-22T08:00:00Z"; with the offset from UTC, which decides the business date.

    Errors: `date.invalid` for any other form, without an offset, and for days outside 1900-01-01 … 2199-12-31: there is
    no calendar to turn them into a date of another time zone.
    """
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        message = format_lazy(_("{value} is not an instant such as 2026-11-22T08:00:00Z."), value=str(value)[:_SHOWN])
        raise ValueRefused("date.invalid", message) from None
    if found.tzinfo is None:
        raise ValueRefused("date.invalid", _("The instant needs its offset from UTC, such as Z or +08:00."))
    _in_range(found.date())
    return found


def _refused_date(text: str, hint: Text) -> ValueRefused:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return ValueRefused("date.invalid", format_lazy(_("“{value}” is not a date."), value=shown), hint)


def _date_form() -> Text:
    return _("Write year, month and day, such as 2026-11-22.")


def _date_hint(text: str) -> Text:
    if (match := _AMBIGUOUS.fullmatch(text)) is not None:
        first, second, year = match.groups()
        if len(year) == 4 and 1 <= int(first) <= 12 and 1 <= int(second) <= 12 and int(first) != int(second):
            return format_lazy(
                _("It may mean {one} or {other}: write one of these."),
                one=f"{year}-{int(second):02}-{int(first):02}",
                other=f"{year}-{int(first):02}-{int(second):02}",
            )
        return _("The order of day and month is not certain: write year, month and day, such as 2026-11-22.")
    if text.isdecimal() and text.isascii() and len(text) == 5:
        return _("It looks like a spreadsheet's day number: format the column as a date.")
    return _date_form()


def _in_range(value: date) -> date:
    if MIN_DATE <= value <= MAX_DATE:
        return value
    raise _refused_date(
        value.isoformat(),
        format_lazy(_("Dates run from {first} to {last}."), first=MIN_DATE.isoformat(), last=MAX_DATE.isoformat()),
    )


_TRUTH = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}


def parse_bool(value: str | bool | int) -> bool:
    """Return the truth value of true/false, yes/no, 1/0, 是/否 in any case. Errors: `bool.invalid`."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = value.strip(" ")
    else:
        text = {0: "0", 1: "1"}.get(value, "…") if isinstance(value, int) else "…"
    found = _TRUTH.get(text.lower())
    if found is None:
        raise ValueRefused(
            "bool.invalid",
            format_lazy(_("“{value}” is neither yes nor no."), value=text[:_SHOWN]),
            _("Write 是 or 否, true or false."),
        )
    return found
