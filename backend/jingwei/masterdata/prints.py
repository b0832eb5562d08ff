"""Papers of trade: who sells and who buys, the lines with their amounts, the total in figures and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jingwei.masterdata.models import AddressUse, Item, Party, PartyAddress, Unit
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company, Currency
from jingwei.platform.money import round_half_up
from jingwei.platform.prints.heading import heading, labelled
from jingwei.platform.prints.past import Past
from jingwei.platform.prints.wording import amount, figure, in_words, is_chinese, money, title

Sheet = dict[str, Any]
Facts = Iterable[tuple[str, str]]


def column(label: str, width: float, align: str = "left") -> dict[str, Any]:
    """A column of so many millimetres, or as wide as its longest figure."""
    return {"label": label, "width": width, "align": align}


def widest(label: str) -> dict[str, Any]:
    """The column that takes what the others leave."""
    return {"label": label, "fr": 1, "align": "left"}


class Trade:
    """What the papers of a set of documents of one kind are made of; `party` is the name of their reference to it."""

    def __init__(self, actor: Actor, records: Sequence[Any], party: str) -> None:
        self.actor, self.party = actor, party
        self.past = Past(records)
        lines = [line for record in records for line in getattr(record, "lines", ())]
        self.past.read(Company, (record.company_id for record in records))
        self.past.read(Party, (getattr(record, f"{party}_id") for record in records))
        self.past.read(Item, (getattr(line, "item_id", None) for line in lines))
        self.past.read(Unit, (self.unit_id(line) for line in lines))
        companies = (self.past.of(record, record.company_id) for record in records)
        codes = {getattr(record, "currency_id", None) for record in records} | {c.currency_id for c in companies}
        self.currencies = Currency.objects.in_bulk([code for code in codes if code])

    def unit_id(self, line: Any) -> int | None:
        """The unit of a line's quantity: its own, else the item's."""
        own: int | None = getattr(line, "unit_id", None)
        item = self.past.masters.get(getattr(line, "item_id", None) or 0)
        return own or (item.unit_id if item else None)

    def currency(self, record: Any) -> Currency:
        """The document's currency; the company's where it has none of its own."""
        code = getattr(record, "currency_id", None) or self.past.of(record, record.company_id).currency_id
        return self.currencies[code]

    def item(self, record: Any, line: Any) -> tuple[str, str]:
        """Code of a line's item, and its name with the specification."""
        item = self.past.of(record, line.item_id)
        return item.code, " ".join(filter(None, (title(item.name_zh, item.name_en), item.specification)))

    def quantity(self, record: Any, line: Any) -> tuple[str, str]:
        """Quantity of a line, and its unit."""
        unit = self.past.of(record, self.unit_id(line))
        return figure(line.quantity), title(unit.name_zh, unit.name_en)

    def is_one_unit(self, record: Any) -> bool:
        """Whether the quantities of all lines are in one unit, so that their sum says something."""
        return len({self.unit_id(line) for line in record.lines}) == 1

    def count(self, record: Any) -> Decimal:
        """The quantities of all lines together."""
        return sum((line.quantity for line in record.lines), Decimal(0))

    def sheet(
        self,
        record: Any,
        name: str,
        label: str,
        facts: Facts,
        *,
        use: str = AddressUse.INVOICE,
        columns: Sequence[Mapping[str, Any]] = (),
        rows: Sequence[Sequence[str]] = (),
        sums: Sequence[str] | None = None,
        totals: Facts = (),
        words: str = "",
        notes: Sequence[str] = (),
        signatures: Sequence[str] = (),
    ) -> Sheet:
        """What the template shows of one document: `name` is its title, `label` what the party is to it."""
        party = self.past.of(record, getattr(record, f"{self.party}_id"))
        return {
            **heading(self.past, record, self.actor),
            "title": name,
            "number": record.number,
            "party": {"label": label, "name": title(party.name_zh, party.name_en), "lines": party_lines(party, use)},
            "facts": [[text, value] for text, value in facts if value],
            "columns": columns,
            "rows": rows,
            **({"sums": sums} if sums is not None else {}),
            "totals": list(totals),
            "words": [_("Amount in words"), words],
            "notes": [note for note in notes if note],
            "signatures": signatures,
        }

    def priced(self, record: Any, *, is_ordered: bool = True) -> Sheet:
        """Columns, rows, totals and words of a document with priced lines: `sheet(…, **trade.priced(record))`. Prices
        are those that were ordered; else what the net amount comes to for one unit, to four decimals."""
        currency = self.currency(record)
        decimals = currency.decimals
        is_discounted = is_ordered and any(line.discount_rate for line in record.lines)
        is_inclusive = is_ordered and record.is_tax_inclusive
        price = _("Price with tax") if is_inclusive else _("Price without tax")
        discount = [column(_("Discount %"), 13, "right")] if is_discounted else []
        columns = [
            column(pgettext("print", "Line"), 9, "center"),
            column(_("Item code"), 18),
            widest(_("Name and specification")),
            column(_("Quantity"), 13, "right"),
            column(pgettext("print", "Unit"), 9, "center"),
            column(price, 17, "right"),
            *discount,
            column(_("Tax %"), 11, "right"),
            column(_("Net amount"), 20, "right"),
            column(_("Tax"), 14, "right"),
            column(_("Amount with tax"), 18, "right"),
        ]
        rows = []
        for line in record.lines:
            off = [figure(line.discount_rate)] if is_discounted else []
            each = line.price if is_ordered else round_half_up(line.amount_net / line.quantity, 4)
            figures = (amount(v, decimals) for v in (line.amount_net, line.amount_tax, line.amount_gross))
            parts = (figure(each, decimals), *off, figure(line.tax_rate), *figures)
            rows.append([str(line.line), *self.item(record, line), *self.quantity(record, line), *parts])
        figures = (amount(v, decimals) for v in (record.amount_net, record.amount_tax, record.amount_gross))
        return {
            "columns": columns,
            "rows": rows,
            "sums": ["", "", _("Total"), *[""] * (len(columns) - 6), *figures],
            "totals": [(_("Total with tax"), money(record.amount_gross, currency))],
            "words": in_words(record.amount_gross, currency),
        }


def party_lines(party: Party, use: str) -> list[str]:
    """Address for the use, tax number, whom to call."""
    address = next((a for a in party.addresses if a.use in (use, AddressUse.BOTH)), None)
    contact = party.contacts[0] if party.contacts else None
    phone = (contact.phone if contact else "") or party.phone
    facts = (
        ("", address_line(address) if address else ""),
        (_("Tax number"), party.tax_number),
        (_("Contact"), " ".join(filter(None, (contact.name if contact else "", phone)))),
    )
    return labelled(facts)


def address_line(address: PartyAddress) -> str:
    """An address in one line, from the large to the small in Chinese and the other way round in English."""
    from babel import Locale

    territories = Locale.parse("zh_Hans" if is_chinese() else "en").territories
    country = territories.get(address.country, address.country)
    if not is_chinese():
        city = " ".join(filter(None, (address.city, address.postcode)))
        return ", ".join(filter(None, (address.street, city, address.region, country)))
    region = "" if address.region == address.city else address.region
    whole = ("" if address.country == "CN" else country) + region + address.city + address.street
    return " ".join(filter(None, (whole, address.postcode)))
