"""What a model field means outside the database: its kind, whether it must be given, and how text becomes its value.

One reading of a field serves the API's schema, imports, the screens' metadata and the data dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.fields import TenantForeignKey, _Number
from jingwei.platform.models import Currency
from jingwei.platform.text import clean, parse_bool, parse_date, parse_decimal, parse_instant

_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field as people and other systems see it. Decimals: `scale` is the most decimals it takes."""

    name: str
    kind: str
    label: Text
    help: Text
    required: bool
    has_default: bool
    null: bool
    max_length: int | None = None
    scale: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    target: type[models.Model] | None = None
    default: Any = None


@cache
def meaning(field: models.Field[Any, Any]) -> Meaning:
    """Read a model field."""
    has_default = field.has_default()
    default = field.get_default() if has_default and not callable(field.default) else None
    choices = tuple((str(v), cast(Text, label)) for v, label in (field.choices or ()))
    limits = {type(v).__name__: v.limit_value for v in field.validators if hasattr(v, "limit_value")}
    return Meaning(
        name=field.name,
        kind=_kind(field),
        label=field.verbose_name,
        help=field.help_text,
        required=not has_default and not field.null and not field.blank,
        has_default=has_default,
        null=field.null,
        max_length=field.max_length if isinstance(field, models.CharField | models.TextField) else None,
        scale=field.places if isinstance(field, _Number) else None,
        minimum=_decimal(limits.get("MinValueValidator")),
        maximum=_decimal(limits.get("MaxValueValidator")),
        choices=choices,
        target=field.remote_field.model if isinstance(field, TenantForeignKey) else None,
        default=default,
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None or callable(value) else Decimal(value)


def _kind(field: models.Field[Any, Any]) -> str:
    if field.choices:
        return "choice"
    if isinstance(field, models.ForeignKey) and field.remote_field.model is Currency:
        return "currency"
    given: str | None = getattr(field, "kind", None)
    if given:
        return given
    for kind, name in (
        (models.BooleanField, "bool"),
        (models.DateTimeField, "instant"),
        (models.DateField, "date"),
        (models.IntegerField, "integer"),
        (models.EmailField, "email"),
        (models.TextField, "multiline"),
        (models.JSONField, "json"),
    ):
        if isinstance(field, kind):
            return name
    return "text"


def problem(code: str, message: Text, hint: Text = "", status: int = 422) -> Refusal:
    return Refusal(Problem(code, message, hint, status=status))


def _number(m: Meaning, raw: Any) -> Decimal:
    value = parse_decimal(raw)
    if abs(value) >= Decimal(10) ** (18 - (m.scale or 0) if m.scale else 12):
        raise problem("number.range", _("%(value)s is larger than this field can hold.") % {"value": value})
    if m.scale is not None and value != round(value, m.scale):
        raise problem(
            "number.scale",
            _("%(value)s has more decimals than the %(scale)s allowed here.") % {"value": value, "scale": m.scale},
        )
    if m.minimum is not None and value < m.minimum:
        raise problem("number.range", _("%(value)s is less than %(limit)s.") % {"value": value, "limit": m.minimum})
    if m.maximum is not None and value > m.maximum:
        raise problem("number.range", _("%(value)s is more than %(limit)s.") % {"value": value, "limit": m.maximum})
    return value


def _integer(m: Meaning, raw: Any) -> int:
    value = _number(m, raw)
    if value != value.to_integral_value():
        raise problem("number.invalid", _("%(value)s is not a whole number.") % {"value": value})
    return int(value)


def _text(m: Meaning, raw: Any) -> str:
    if not isinstance(raw, str):
        raise problem("text.invalid", _("Text is expected here."))
    value = clean(raw, multiline=m.kind == "multiline")
    if m.max_length and len(value) > m.max_length:
        raise problem(
            "text.length",
            _("The text has %(length)s characters; at most %(limit)s are allowed.")
            % {"length": len(value), "limit": m.max_length},
        )
    if m.required and not value:
        raise problem("field.required", _("%(label)s must be given.") % {"label": m.label})
    return value


def _email(m: Meaning, raw: Any) -> str:
    """Letters of any script may stand before the @ (RFC 6531)."""
    value = _text(m, raw)
    if value:
        try:
            validate_email(_LETTER.sub("x", value.partition("@")[0]) + "@" + value.partition("@")[2])
        except ValidationError:
            message = _("%(value)s is no e-mail address such as name@example.com.") % {"value": value}
            raise problem("email.invalid", message) from None
    return value


def _choice(m: Meaning, raw: Any) -> str:
    allowed = [value for value, _label in m.choices]
    if raw in allowed:
        return str(raw)
    by_label = {str(label).casefold(): value for value, label in m.choices}
    folded = str(raw).strip().casefold()
    if folded in by_label:  # files carry labels
        return by_label[folded]
    raise problem(
        "choice.unknown",
        _("%(value)s is not one of: %(allowed)s.") % {"value": raw, "allowed": ", ".join(allowed)},
        status=400,
    )


def _reference(m: Meaning, raw: Any) -> int | str:
    if isinstance(raw, dict):
        raw = raw.get("id") or raw.get("number")
    if isinstance(raw, bool) or not isinstance(raw, int | str) or raw == "":
        raise problem("reference.invalid", _("Give the id or the code of the record."))
    if isinstance(raw, int):
        if not 0 < raw < 2**53:
            raise problem("reference.invalid", _("%(id)s is not an id.") % {"id": raw})
        return raw
    return clean(raw)


def _currency(m: Meaning, raw: Any) -> str:
    code = raw.strip() if isinstance(raw, str) else ""
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise problem("currency.unknown", _("A currency is given by its three letters, such as CNY."))
    return code.upper()


def _bool(m: Meaning, raw: Any) -> bool:
    return parse_bool(raw)


def _date(m: Meaning, raw: Any) -> date:
    return parse_date(raw)


def _instant(m: Meaning, raw: Any) -> datetime:
    return parse_instant(raw)


def _json(m: Meaning, raw: Any) -> Any:
    return raw


#: Kinds whose empty text is a value.
TEXTS = ("text", "code", "multiline", "weekdays", "email")
READERS: dict[str, Callable[[Meaning, Any], Any]] = {
    "text": _text,
    "code": _text,
    "multiline": _text,
    "weekdays": _text,
    "email": _email,
    "bool": _bool,
    "integer": _integer,
    "quantity": _number,
    "price": _number,
    "amount": _number,
    "rate": _number,
    "date": _date,
    "instant": _instant,
    "choice": _choice,
    "reference": _reference,
    "currency": _currency,
    "json": _json,
}


def read_value(m: Meaning, raw: Any) -> Any:
    """Turn what came from outside into the field's value; a reference stays an id or code until it is resolved.

    Raises Refusal with one problem: `number.invalid`, `number.scale`, `number.range`, `text.length`, `text.control`,
    `choice.unknown`, `email.invalid`, `reference.invalid`, `date.invalid`, `field.required`, …
    """
    if raw is None or (raw == "" and m.kind not in TEXTS):
        if m.null:
            return None
        if m.has_default:
            return m.default
        raise problem("field.required", _("%(label)s must be given.") % {"label": m.label})
    return READERS[m.kind](m, raw)
