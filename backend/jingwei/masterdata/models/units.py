"""Units of measure with exact factors, and rates between currencies."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform.fields import RateField
from jingwei.platform.models import Currency, Master, Record, master_constraints


class Dimension(models.TextChoices):
    COUNT = "count", _("Count")
    MASS = "mass", _("Mass")
    LENGTH = "length", _("Length")
    AREA = "area", _("Area")
    VOLUME = "volume", _("Volume")
    TIME = "time", _("Time")
    PACKAGE = "package", _("Package")


class Unit(Master):
    """A unit of measure. Units of one dimension convert by the exact ratio of their factors; packages convert only by
    what an item says of them."""

    dimension = models.CharField(
        _("Dimension"),
        max_length=10,
        choices=Dimension.choices,
        help_text=_("What the unit measures; only units of one dimension convert into each other."),
    )
    scale = models.PositiveSmallIntegerField(
        _("Decimals"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(6)],
        help_text=_("Most decimals a quantity in this unit may have: 0 for pieces, up to 6."),
    )
    numerator = models.BigIntegerField(
        _("Factor numerator"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("One unit is numerator/denominator of the dimension's base unit (kg, m, m², L, s, piece)."),
    )
    denominator = models.BigIntegerField(
        _("Factor denominator"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Lower part of the exact factor: a pound is 45359237/100000000 kg."),
    )

    class Meta:
        db_table = "unit"
        constraints = [
            *master_constraints("unit", "unit"),
            models.CheckConstraint(
                name="unit_factor_positive",
                condition=models.Q(numerator__gt=0, denominator__gt=0),
                violation_error_code="unit.no_conversion",
            ),
            models.CheckConstraint(
                name="unit_scale_range", condition=models.Q(scale__lte=6), violation_error_code="number.range"
            ),
        ]


class ExchangeRate(Record):
    """How many units of one currency another costs from a day on, until the next rate of the pair."""

    from_currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("From currency"),
        related_name="+",
        db_index=False,
        help_text=_("Currency that is exchanged, such as USD."),
    )
    to_currency = models.ForeignKey(
        Currency,
        models.DO_NOTHING,
        verbose_name=_("To currency"),
        related_name="+",
        db_index=False,
        help_text=_("Currency it is exchanged into, usually the company's own."),
    )
    valid_from = models.DateField(_("Valid from"), help_text=_("First day of the rate; it holds until the next one."))
    rate = RateField(
        _("Rate"),
        validators=[MinValueValidator(Decimal("0.00000001"))],
        help_text=_("Units of the second currency for one unit of the first."),
    )
    source = models.CharField(
        _("Source"), max_length=60, blank=True, default="", help_text=_("Where the rate was published.")
    )

    class Meta:
        db_table = "exchange_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "from_currency", "to_currency", "valid_from"],
                name="exchange_rate_key",
                violation_error_code="rate.duplicate",
            ),
            models.CheckConstraint(
                name="exchange_rate_positive", condition=models.Q(rate__gt=0), violation_error_code="rate.not_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_currency_id}/{self.to_currency_id} {self.valid_from}"
