"""What makes a party sound: a role, and a tax number whose check character is right."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Party, PartyKind
from jingwei.platform import masters
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft
from jingwei.platform.errors import Problem
from jingwei.platform.text import compact

#: GB 32100-2015: the 31 characters of a unified social credit code, and the weights 3^(i−1) mod 31 of its first 17.
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def prepare(command: Command, drafts: Sequence[Draft]) -> None:
    """Fold names and tax number."""
    masters.prepare(command, drafts)
    for draft in drafts:
        party: Party = draft.record
        party.country = party.country.upper()
        party.tax_number = party.tax_number.upper()
        party.tax_number_folded = compact(party.tax_number)[:30]


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Problems of parties: names, role, country, tax number."""
    problems = masters.check_names(drafts, code_needed=False)
    for draft in drafts:
        party: Party = draft.record
        if not party.is_customer and not party.is_supplier:
            message = _("A party is a customer, a supplier, or both.")
            problems.append(Problem("party.role", message, field="is_customer", row=draft.row))
        countries: list[tuple[str, int | None, str]] = [("country", None, party.country)]
        countries += [(f"addresses.{i}.country", i + 1, a.country) for i, a in enumerate(party.addresses)]
        for path, line, country in countries:
            if not (len(country) == 2 and country.isascii() and country.isalpha()):
                message = _("A country is given by two letters, such as CN.")
                problems.append(Problem("country.unknown", message, field=path, row=draft.row, line=line))
        problems += [p.at(row=draft.row) for p in _tax_number(party)]
    return problems


def _tax_number(party: Party) -> list[Problem]:
    number = party.tax_number
    checked = party.country == "CN" and party.kind == PartyKind.ORGANISATION and len(number) == 18
    if not checked or uscc_is_valid(number):
        return []
    return [
        Problem(
            "tax_number.check",
            _("%(number)s is not a unified social credit code: its check character does not fit.") % {"number": number},
            _("18 characters of 0–9 and A–Z without I, O, S, V, Z; compare it with the business licence."),
            field="tax_number",
        )
    ]


def uscc_is_valid(code: str) -> bool:
    """Check character of a 统一社会信用代码 by GB 32100-2015."""
    if len(code) != 18 or any(c not in USCC_CHARACTERS for c in code):
        return False
    total = sum(USCC_CHARACTERS.index(c) * w for c, w in zip(code[:17], USCC_WEIGHTS, strict=True))
    return USCC_CHARACTERS[(31 - total % 31) % 31] == code[17]
