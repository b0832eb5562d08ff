"""往来余额表: balances per party and account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.general_ledger import opened
from jingwei.books.reports.ledger import DAY, ZERO, Key, Sums, in_order, open_ledger, propose_month
from jingwei.books.reports.trial_balance import pair
from jingwei.books.roles import Role
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Column, Params, Report, Result, Row, asked


class Dealings(models.TextChoices):
    """Which of the accounts that are kept per party."""

    ALL = "all", _("All")
    RECEIVABLE = "receivable", _("Receivables")
    PAYABLE = "payable", _("Payables")
    ADVANCE = "advance", _("Advances received")
    PREPAYMENT = "prepayment", _("Prepayments made")


ROLES = {
    Dealings.RECEIVABLE: (Role.AR, Role.AR_UNBILLED, Role.NOTES_R, Role.OTHER_R),
    Dealings.PAYABLE: (Role.AP, Role.GRNI, Role.NOTES_P, Role.OTHER_P),
    Dealings.ADVANCE: (Role.ADVANCE,),
    Dealings.PREPAYMENT: (Role.PREPAY,),
}


class PartyBalanceParams(Params):
    """Accounts kept per party."""

    from_on: date = asked(_("From day"), _("First day of the range; balances before it are the opening balances."), ...)
    to_on: date = asked(_("To day"), _("Last day of the range."), ...)
    dealings: Dealings = asked(_("Balances"), _("Which balances with parties are shown."), Dealings.ALL)
    party: int | None = asked(_("Party"), _("Only this party."), target="masterdata.party")
    include_settled: bool = asked(
        _("Also without balance"), _("Also show parties on whose account nothing stands at the end."), True
    )


def run_party_balances(actor: Actor, params: PartyBalanceParams) -> Result:
    """One row per party and account; the closing balances of an account add up to its balance.

    Raises Refusal 409 `books.not_started`, `period.missing`, 422 `date.order`.
    """
    in_order(params.from_on, params.to_on)
    ledger = open_ledger(actor)
    ledger.span(params.to_on, "to_on")
    roles = ROLES.get(params.dealings) or [role for each in ROLES.values() for role in each]
    chosen = {ledger.ids[code] for code in ledger.of_roles(roles) if ledger.specs[code].asks_party}
    moved = ledger.moved(params.from_on, params.to_on)
    opening = ledger.balances(params.from_on - DAY)
    keys = [key for key in opening.keys() | moved.keys() if key[0] in chosen and params.party in (None, key[1])]
    parties = titles(ledger.group_id, {party for _account, party in keys} - {0})

    def place(key: Key) -> tuple[str, str, str]:
        named = parties.get(key[1], {"number": "", "title": ""})
        return named["number"], named["title"], ledger.codes[key[0]]

    rows = []
    for key in sorted(keys, key=place):
        account, party = key
        before, sums = opening.get(key, ZERO), moved.get(key, Sums())
        after = before + sums.net
        if not (before or sums.debit or sums.credit) or not (after or params.include_settled):
            continue
        code = ledger.codes[account]
        rows.append(
            Row(
                values={
                    "party": parties.get(party),
                    "account": ledger.reference(code),
                    "opening_debit": max(before, ZERO),
                    "opening_credit": max(-before, ZERO),
                    "period_debit": sums.debit,
                    "period_credit": sums.credit,
                    "closing_debit": max(after, ZERO),
                    "closing_credit": max(-after, ZERO),
                },
                drill=opened(ledger, code, params.from_on, params.to_on, party or None),
            )
        )
    columns = (
        Column("party", _("Party"), "reference"),
        Column("account", _("Account"), "reference"),
        *pair(ledger, "opening", _("Opening balance")),
        *pair(ledger, "period", _("Movement")),
        *pair(ledger, "closing", _("Closing balance")),
    )
    return Result(columns=columns, rows=rows, totals=totals_of(columns, rows), currency=ledger.currency)


def totals_of(columns: Sequence[Column], rows: Sequence[Row]) -> dict[str, Decimal]:
    """The sums of the amount columns."""
    return {c.name: sum((row.values[c.name] for row in rows), ZERO) for c in columns if c.kind == "amount"}


PARTY_BALANCES = Report(
    key="books.party-balances",
    label=_("Party balances"),
    help=_("Receivables, payables and advances per party and account, with their movement."),
    params=PartyBalanceParams,
    run=run_party_balances,
    defaults=propose_month,
)
