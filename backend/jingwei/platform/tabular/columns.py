"""Columns of a table that is written: what a cell means, so that it is written as that and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from jingwei.platform.errors import Text

Kind: TypeAlias = Literal["text", "number", "date", "bool"]

Value: TypeAlias = str | Decimal | int | bool | date | None
"""A number may also be given as plain text, as the API does; None and "" are empty cells."""


@dataclass(frozen=True, slots=True)
class Column:
    """`label` stands in the header, in the user's language; `scale` is the number of decimals a number shows."""

    name: str
    label: Text
    kind: Kind = "text"
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value and what it is called."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class TemplateColumn(Column):
    """A column that users fill in. `help` says what it means; `choices` are the only values allowed."""

    help: Text = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()


class UnwritableValue(ValueError):
    """A value that the format cannot hold, or that is not of its column's kind."""


def number_of(value: Value, column: Column) -> Decimal:
    """The value of a number column. Errors: UnwritableValue."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnwritableValue(f"column {column.name}: {value!r} is not a number")
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise UnwritableValue(f"column {column.name}: {value!r} is not a number") from None
    if not number.is_finite():
        raise UnwritableValue(f"column {column.name}: {value!r} is not a finite number")
    return number


def number_text_of(value: Value, column: Column) -> str:
    """A number without exponent, with at least the column's decimals: 1.5 at scale 2 → "1.50"; nothing is rounded."""
    number = number_of(value, column)
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if column.scale is not None and places < column.scale:
        return f"{number:.{column.scale}f}"
    return format(number, "f")


def date_of(value: Value, column: Column) -> date:
    """The value of a date column; ISO text is taken as the API writes it. Errors: UnwritableValue."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise UnwritableValue(f"column {column.name}: {value!r} is not an ISO date") from None
    if type(value) is not date:
        raise UnwritableValue(f"column {column.name}: {value!r} is not a date")
    return value


def bool_of(value: Value, column: Column) -> bool:
    """The value of a truth column. Errors: UnwritableValue."""
    if not isinstance(value, bool):
        raise UnwritableValue(f"column {column.name}: {value!r} is neither true nor false")
    return value


def text_of(value: Value, column: Column) -> str:
    """The value of a text column. Errors: UnwritableValue for numbers and dates: the caller decides how they read."""
    if not isinstance(value, str):
        raise UnwritableValue(f"column {column.name}: {value!r} is not text")
    return value
