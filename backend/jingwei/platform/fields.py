"""Model fields whose type carries meaning: the API, the screens, imports and the data dictionary read it from here.

Every number is kept in a PostgreSQL domain that is bounded on both sides, because `CHECK (x > 0)` accepts NaN
(invariant I-3) and because a bound in one place cannot be forgotten in another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

#: domain name → its PostgreSQL definition; created by the first migration, never altered in place.
DOMAINS = {
    "jw_quantity": "numeric(20,6) CHECK (VALUE > -1e13 AND VALUE < 1e13)",
    "jw_amount": "numeric(19,4) CHECK (VALUE > -1e15 AND VALUE < 1e15)",
    "jw_price": "numeric(20,8) CHECK (VALUE > -1e12 AND VALUE < 1e12)",
    "jw_rate": "numeric(18,8) CHECK (VALUE > -1e10 AND VALUE < 1e10)",
}


class _Number(models.DecimalField):  # type: ignore[type-arg]
    """A decimal kept in one of `DOMAINS`; `kind` is its name in the API's metadata."""

    kind: str
    domain: str
    digits: int
    places: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = self.digits, self.places
        if isinstance(kwargs.get("default"), int):
            kwargs["default"] = Decimal(kwargs["default"])  # rules reckon with an unsaved row as with a stored one
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return self.domain

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"


class QuantityField(_Number):
    """An amount of goods in the unit named beside it; up to 6 decimals."""

    kind, domain, digits, places = "quantity", "jw_quantity", 20, 6


class AmountField(_Number):
    """Money in the currency named beside it; stored to 4 decimals, already rounded to the currency's own."""

    kind, domain, digits, places = "amount", "jw_amount", 19, 4


class PriceField(_Number):
    """Money per unit; up to 8 decimals, never rounded before it is multiplied."""

    kind, domain, digits, places = "price", "jw_price", 20, 8


class RateField(_Number):
    """A plain factor or percentage; up to 8 decimals."""

    kind, domain, digits, places = "rate", "jw_rate", 18, 8


class NameField(models.CharField):  # type: ignore[type-arg]
    """A name in one language; empty when the record has none in that language."""

    kind = "text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


class CodeField(models.CharField):  # type: ignore[type-arg]
    """A short identifier people type: kept as text (00123 stays 00123), unique when folded."""

    kind = "code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)


class WeekdaysField(models.CharField):  # type: ignore[type-arg]
    """Days of the week as digits in their order, 1 for Monday: "12345". Screens show and ask for their names."""

    kind = "weekdays"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 7
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs  # for the database it is text


class NoteField(models.TextField):  # type: ignore[type-arg]
    """Free text over several lines, at most 4,000 characters."""

    kind = "multiline"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 4000)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A reference inside one group.

    The database constraint is composite, `(group_id, x_id) → (group_id, id)`, and is added by `TenantBase`;
    Django's own single-column one would let a row point into another tenant. With `scope="company"` it is
    `(company_id, x_id) → (company_id, id)`: the target is of the same company, and so of the same group.
    """

    kind = "reference"

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, *, scope: str = "group", **kwargs: Any) -> None:
        self.scope = scope
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for key in ("db_constraint", "db_index"):
            kwargs.pop(key, None)
        if kwargs.get("related_name") == "+":
            del kwargs["related_name"]
        if self.scope != "group":
            kwargs["scope"] = self.scope
        return name, path, args, kwargs


class DateRange(models.Func):
    """`daterange(first, last, '[]')`, for constraints against ranges of days that overlap; an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()
