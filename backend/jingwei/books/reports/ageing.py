"""账龄: what was open of receivables, payables and advances on any day, by how long it has been due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from jingwei.books.reports.facts import SETTLED
from jingwei.books.reports.ledger import ZERO, Ledger, open_ledger, propose_month_end
from jingwei.books.reports.party_balances import totals_of
from jingwei.books.roles import Role
from jingwei.platform.documents.read import titles
from jingwei.platform.identity.actor import Actor
from jingwei.platform.reports.declare import Chart, Column, Drill, Params, Report, Result, Row, Term, asked
from jingwei.platform.reports.drill import to_documents

# What was settled by then: a settlement counts from the day on which both of its items existed.
_OPEN = """
WITH settled AS (
    SELECT part.item_id, sum(part.amount) AS amount, sum(part.functional) AS functional
    FROM (
        SELECT side.item_id, side.amount, side.functional
        FROM allocation made
        JOIN open_item debit ON debit.group_id = made.group_id AND debit.id = made.debit_item_id
        JOIN open_item credit ON credit.group_id = made.group_id AND credit.id = made.credit_item_id
        CROSS JOIN LATERAL (VALUES (made.debit_item_id, made.amount, made.debit_functional),
                                   (made.credit_item_id, -made.amount, -made.credit_functional))
            AS side(item_id, amount, functional)
        WHERE made.group_id = %(group)s AND made.company_id = %(company)s
          AND greatest(made.allocated_on, debit.posted_on, credit.posted_on) <= %(on)s
          AND (debit.account_id = ANY(%(accounts)s) OR credit.account_id = ANY(%(accounts)s))
    ) AS part
    GROUP BY part.item_id
)
SELECT item.id, item.account_id, item.party_id, item.document_id, document.type, document.number, item.posted_on,
       item.due_on,
       item.amount_functional * %(sign)s, (item.amount_functional - coalesce(settled.functional, 0)) * %(sign)s
FROM open_item item
JOIN document ON document.group_id = item.group_id AND document.id = item.document_id
LEFT JOIN settled ON settled.item_id = item.id
WHERE item.group_id = %(group)s AND item.company_id = %(company)s AND item.account_id = ANY(%(accounts)s)
  AND item.posted_on <= %(on)s AND (%(party)s::bigint IS NULL OR item.party_id = %(party)s)
  AND (item.amount <> coalesce(settled.amount, 0) OR item.amount_functional <> coalesce(settled.functional, 0))
ORDER BY item.due_on, item.posted_on, item.id
"""


class Control(models.TextChoices):
    """The control account whose items are aged; the value is its role."""

    RECEIVABLE = "receivable", _("Accounts receivable")
    PAYABLE = "payable", _("Accounts payable")
    ADVANCE = "advance", _("Advances from customers")
    PREPAYMENT = "prepayment", _("Prepayments to suppliers")
    NOTES_RECEIVABLE = "notes_receivable", _("Notes receivable")
    NOTES_PAYABLE = "notes_payable", _("Notes payable")


#: Role of each control account, and the sign in which its balance is shown positive.
CONTROLS = {
    Control.RECEIVABLE: (Role.AR, 1),
    Control.PAYABLE: (Role.AP, -1),
    Control.ADVANCE: (Role.ADVANCE, -1),
    Control.PREPAYMENT: (Role.PREPAY, 1),
    Control.NOTES_RECEIVABLE: (Role.NOTES_R, 1),
    Control.NOTES_PAYABLE: (Role.NOTES_P, -1),
}


class Since(models.TextChoices):
    """From which day age counts."""

    DUE = "due", _("Due date")
    POSTED = "posted", _("Business date")


class AgeingParams(Params):
    """A day and a control account."""

    on: date = asked(_("Day"), _("What was open at the end of this day."), ...)
    control: Control = asked(_("Accounts"), _("Which open items are aged."), Control.RECEIVABLE)
    since: Since = asked(_("Age from"), _("Whether age counts from the due date or the business date."), Since.DUE)
    party: int | None = asked(_("Party"), _("Only this party."), target="masterdata.party")


class Age(models.TextChoices):
    """The buckets of an ageing."""

    NOT_DUE = "not_due", _("Not due")
    DAYS_30 = "days_30", _("0–30 days")
    DAYS_60 = "days_60", _("31–60 days")
    DAYS_90 = "days_90", _("61–90 days")
    DAYS_180 = "days_180", _("91–180 days")
    DAYS_365 = "days_365", _("181–365 days")
    DAYS_OVER = "days_over", _("Over 365 days")


#: Name, label and last day of each bucket; the last has no end.
LAST_DAYS = (-1, 30, 60, 90, 180, 365, None)
BUCKETS = tuple((age.value, age.label, last) for age, last in zip(Age, LAST_DAYS, strict=True))


class OpenItemParams(AgeingParams):
    """As of ageing, or only debts that were due before a day, or of one bucket."""

    due_before: date | None = asked(
        _("Due before"), _("Only what was owed and due before this day; empty for all that was open.")
    )
    age: Age | None = asked(_("Bucket"), _("Only what has been due for so long; empty for all."))


@dataclass(frozen=True, slots=True)
class Item:
    """What was open of one item, in functional currency, positive on the normal side of its account."""

    id: int
    account_id: int
    party_id: int
    document_id: int
    document_type: str
    number: str
    posted_on: date
    due_on: date
    amount: Decimal
    open: Decimal

    def age(self, on: date, since: Since) -> int:
        """Days since it fell due (negative before), or since it was posted."""
        return (on - (self.due_on if since == Since.DUE else self.posted_on)).days


def bucket(days: int) -> str:
    """The bucket of an age in days."""
    return next(name for name, _label, last in BUCKETS if last is None or days <= last)


def open_items(ledger: Ledger, params: AgeingParams) -> list[Item]:
    """What was open at the end of a day: amounts less what was settled by then, in one statement."""
    role, sign = CONTROLS[params.control]
    given: dict[str, Any] = {
        "group": ledger.group_id,
        "company": ledger.company_id,
        "accounts": [ledger.ids[code] for code in ledger.of_roles([role])],
        "on": params.on,
        "party": params.party,
        "sign": sign,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, given)
        return [Item(*row) for row in cursor.fetchall()]


def run_ageing(actor: Actor, params: AgeingParams) -> Result:
    """One row per party; all buckets together are the balance of the control account at that day.

    Raises Refusal 409 `books.not_started`, `period.missing`.
    """
    ledger = open_ledger(actor)
    ledger.span(params.on, "on")
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for item in open_items(ledger, params):
        sums[item.party_id][bucket(item.age(params.on, params.since))] += item.open
    parties = titles(ledger.group_id, sums)
    buckets = [b for b in BUCKETS if params.since == Since.DUE or b[0] != "not_due"]
    rows = []
    for party in sorted(sums, key=lambda id: (parties[id]["number"], id)):
        values = {name: sums[party].get(name, ZERO) for name, _label, _last in buckets}
        into = {"on": params.on, "control": params.control.value, "since": params.since.value, "party": party}
        rows.append(
            Row(
                values={"party": parties[party], "total": sum(values.values(), ZERO), **values},
                drill=Drill("books.open-items", into),
                drills={name: Drill("books.open-items", {**into, "age": name}) for name, _label, _last in buckets},
            )
        )
    columns = (
        Column("party", _("Party"), "reference"),
        Column("total", _("Balance"), "amount", scale=ledger.decimals, adds="open"),
        *(Column(name, label, "amount", _group(params), ledger.decimals, "open") for name, label, _last in buckets),
    )
    return Result(columns=columns, rows=rows, totals=totals_of(columns, rows), currency=ledger.currency)


def _group(params: AgeingParams) -> Any:
    return _("By due date") if params.since == Since.DUE else _("By business date")


def run_open_items(actor: Actor, params: OpenItemParams) -> Result:
    """One row per open item, the oldest due first. Raises what `run_ageing` raises."""
    ledger = open_ledger(actor)
    ledger.span(params.on, "on")
    items = open_items(ledger, params)
    if params.due_before is not None:
        items = [item for item in items if item.due_on < params.due_before and item.open > 0]
    if params.age is not None:
        items = [item for item in items if bucket(item.age(params.on, params.since)) == params.age]
    parties = titles(ledger.group_id, {item.party_id for item in items})
    documents = to_documents(ledger.group_id, {item.document_id: item.document_type for item in items})
    labels = {name: label for name, label, _last in BUCKETS}
    columns = (
        Column("party", _("Party"), "reference"),
        Column("number", _("Document"), "code"),
        Column("account", _("Account"), "reference"),
        Column("posted_on", _("Date"), "date"),
        Column("due_on", _("Due date"), "date"),
        Column("age", _("Age in days"), "integer"),
        Column("bucket", _("Bucket")),
        Column("amount", _("Amount of the item"), "amount", scale=ledger.decimals),
        Column("settled", _("Settled amount"), "amount", scale=ledger.decimals),
        Column("open", _("Open amount"), "amount", scale=ledger.decimals, of={"amount": 1, "settled": -1}),
    )
    rows = [
        Row(
            values={
                "party": parties[item.party_id],
                "number": item.number,
                "account": ledger.reference(ledger.codes[item.account_id]),
                "posted_on": item.posted_on,
                "due_on": item.due_on,
                "age": item.age(params.on, params.since),
                "bucket": str(labels[bucket(item.age(params.on, params.since))]),
                "amount": item.amount,
                "settled": item.amount - item.open,
                "open": item.open,
            },
            drill=documents.get(item.document_id),
            drills={"settled": Drill(terms=_settled(item, params))},
        )
        for item in items
    ]
    return Result(columns=columns, rows=rows, totals=totals_of(columns, rows), currency=ledger.currency)


def _settled(item: Item, params: AgeingParams) -> Callable[[str], Sequence[Term]]:
    _role, sign = CONTROLS[params.control]
    return lambda _name: [Term(_("Settlements"), SETTLED, {"item": item.id, "on_day": params.on}, sign)]


AGEING = Report(
    key="books.ageing",
    label=_("Ageing"),
    help=_("What parties owe, or are owed, by how long it has been due; together the balance of the control account."),
    params=AgeingParams,
    run=run_ageing,
    defaults=propose_month_end,
    chart=Chart("stacked", "party", [name for name, _label, _last in BUCKETS]),
)

OPEN_ITEMS = Report(
    key="books.open-items",
    label=_("Open items"),
    help=_("Every item that was open on a day, with what of it was settled by then; a line opens its document."),
    params=OpenItemParams,
    run=run_open_items,
    defaults=propose_month_end,
)
