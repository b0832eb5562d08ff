"""Figures and dates as papers show them, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from jingwei.platform.documents.read import title
from jingwei.platform.models import Currency
from jingwei.platform.money import amount_in_words_en, rmb_capitals, round_half_up


def is_chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return (get_language() or "").startswith("zh")


def amount(value: Decimal, decimals: int) -> str:
    """1234.5 → 1,234.50 with the decimals of the currency."""
    return f"{round_half_up(value, decimals):,.{decimals}f}"


def figure(value: Decimal, at_least: int = 0) -> str:
    """A quantity, price or rate with the decimals it has, and no fewer than `at_least`: 1234.5 → 1,234.50 of two."""
    shown = f"{value:,f}"
    whole, _point, part = shown.partition(".")
    part = part.rstrip("0").ljust(at_least, "0")
    return f"{whole}.{part}" if part else whole


def day(value: date | None) -> str:
    """2026年11月22日, or 22 November 2026."""
    if value is None:
        return ""
    if is_chinese():
        return f"{value.year}年{value.month:02}月{value.day:02}日"
    from babel.dates import format_date

    return format_date(value, "d MMMM y", locale="en")


def instant(value: datetime, zone: str) -> str:
    """The minute of an instant in the company's time zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def money(value: Decimal, currency: Currency) -> str:
    """¥1,234.50 in Chinese for yuan, else CNY 1,234.50."""
    sign = "¥" if is_chinese() and currency.code == "CNY" else f"{currency.code} "
    text = amount(value, currency.decimals)
    return f"-{sign}{text[1:]}" if text.startswith("-") else f"{sign}{text}"


def in_words(value: Decimal, currency: Currency) -> str:
    """人民币壹拾元整 or "Ten and 00/100 Chinese yuan"; nothing in Chinese for currencies of more than two decimals."""
    value = round_half_up(value, currency.decimals)
    if not is_chinese():
        return amount_in_words_en(value, currency.code)
    if currency.decimals > 2:
        return ""
    return f"{currency.name_zh}{rmb_capitals(value)}"


__all__ = ["amount", "day", "figure", "in_words", "instant", "is_chinese", "money", "title"]
