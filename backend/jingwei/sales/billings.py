"""Customer invoices: what was delivered becomes a receivable, and the cost of the goods follows it out of 发出商品.

One invoice over many deliveries, one delivery line in many invoices; each part takes its share of the order's amounts.
A credit note is the same in red. In one entry: S01 and S06 (S12 on a credit note), or J08 alone where the revenue was
recognised on delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books import journal
from jingwei.books.models import Area
from jingwei.books.posting import GoodsLine
from jingwei.finance import invoices, ledger
from jingwei.masterdata.pricing import TAX_TOLERANCE
from jingwei.masterdata.rates import rate_on, rate_problems
from jingwei.masterdata.units import to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Text, refuse
from jingwei.platform.money import round_half_up, tax_from_net
from jingwei.sales import counters, deliveries, returns, revenue
from jingwei.sales.counters import Went, plain
from jingwei.sales.models import Billing, BillingKind, BillingLine
from jingwei.stock import shifting

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
SOLD, CREDITED, COST, UNBILLED = (
    "sales.invoiced",
    "sales.returned_and_credited",
    "sales.dispatched_cost_recognised",
    "sales.unbilled_invoiced",
)
ZERO = Decimal(0)


class Reversal(Input):
    """When an invoice is taken back."""

    posted_on: date = asked(_("Accounting date"), _("Day the reversal counts for; in an open period."))


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an invoice, with the delivery line it invoices."""

    billing: Billing
    line: BillingLine
    went: Went

    @property
    def sign(self) -> int:
        return -1 if self.billing.kind == BillingKind.CREDIT else 1

    @property
    def change(self) -> Decimal:
        """By how much it changes what is invoiced."""
        changed: Decimal = self.sign * self.line.quantity
        return changed

    @property
    def is_recognised(self) -> bool:
        return bool(self.went.line.delivery.is_revenue_recognised)


# --- typing -----------------------------------------------------------------------------------------------------------


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of posted deliveries to the customer in one currency, dates in order, amounts as given; fills item, unit,
    price, currency, due date and amounts."""
    known = counters.delivery_lines(command, (line.delivery_id for d in drafts for line in d.record.lines))
    problems: list[Problem] = []
    for draft in drafts:
        billing: Billing = draft.record
        problems += [p.at(row=draft.row) for p in _header_problems(billing, known)]
        problems += [p.at(row=draft.row) for p in rate_problems(command, billing)]
        for position, line in enumerate(billing.lines):
            went = known.get((line.delivery_id, line.delivery_line))
            for problem in _line_problems(command, billing, line, went):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
            if went is not None and line.quantity > 0:
                _reckon(command, Part(billing, line, went))
        _add_up(billing)
    return problems


def _header_problems(billing: Billing, known: dict[counters.Key, Went]) -> list[Problem]:
    """Currency and due date where none is given; `date.order`, `order.currency`."""
    found = [w for line in billing.lines if (w := known.get((line.delivery_id, line.delivery_line))) is not None]
    currencies = list(dict.fromkeys(str(w.ordered.order.currency_id) for w in found))
    billing.currency_id = currencies[0] if currencies else billing.currency_id
    if billing.due_on is None:
        billing.due_on = billing.invoiced_on + timedelta(days=billing.customer.payment_days)
    problems = []
    message: Text
    if billing.due_on < billing.invoiced_on:
        message = _("The invoice would be due before its date.")
        problems.append(Problem("date.order", message, field="due_on"))
    if len(currencies) > 1:
        message = _("The orders are in several currencies: %(currencies)s.") % {"currencies": ", ".join(currencies)}
        hint = _("Make an invoice for each currency.")
        problems.append(Problem("order.currency", message, hint, field="lines"))
    return problems


def _line_problems(command: Command, billing: Billing, line: BillingLine, went: Went | None) -> list[Problem]:
    line.item = went.ordered.item if went else None
    line.unit = went.ordered.unit if went else None
    if went is None:
        return [returns.unknown_line(line.delivery_line)]
    line.price, line.tax_rate = went.ordered.price, went.ordered.tax_rate
    problems = returns.delivery_problems(billing.customer_id, went)
    message: Text
    if line.quantity <= 0:
        message, hint = _("The quantity must be greater than 0."), _("Use a credit note.")
        problems.append(Problem("qty.not_positive", message, hint, field="quantity"))
    elif line.quantity != round(line.quantity, went.ordered.unit.scale):
        words = {"quantity": plain(line.quantity), "unit": went.ordered.unit, "scale": went.ordered.unit.scale}
        message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
        problems.append(Problem("qty.scale", message, field="quantity"))
    if billing.invoiced_on < command.date_of(went.line.delivery.moved_at, billing.company_id):
        message = _("Delivery %(delivery)s went out after the date of the invoice.") % {"delivery": went.line.delivery}
        problems.append(Problem("date.order", message, field="delivery"))
    return problems + _given_problems(command, line, went)


def _given_problems(command: Command, line: BillingLine, went: Went) -> list[Problem]:
    """Amounts at the currency's decimals, tax near its rate, and none where the revenue stands already."""
    decimals = revenue.decimals_of(command, went.ordered)
    problems = []
    message: Text
    for name in ("net_given", "tax_given"):
        amount = getattr(line, name)
        if amount is not None and amount != round_half_up(amount, decimals):
            message = _("%(amount)s has more decimals than the currency has.") % {"amount": f"{amount:f}"}
            problems.append(Problem("amount.scale", message, field=name))
        elif amount is not None and went.line.delivery.is_revenue_recognised:
            message = _("The revenue was recognised with the delivery; the invoice says the same amounts.")
            hint = _("Leave the amount empty; what differs is a credit note or an order of its own.")
            problems.append(Problem("amount.fixed", message, hint, field=name))
    if line.net_given is None or line.tax_given is None or problems:
        return problems
    reckoned = tax_from_net(line.net_given, went.ordered.tax_rate / 100, decimals).tax
    if went.ordered.tax_rate and abs(line.tax_given - reckoned) > TAX_TOLERANCE:
        message = _("Tax of %(given)s is more than %(tolerance)s away from %(reckoned)s at %(rate)s %%.") % {
            "given": f"{line.tax_given:,.2f}",
            "tolerance": f"{TAX_TOLERANCE:f}",
            "reckoned": f"{reckoned:,.2f}",
            "rate": plain(went.ordered.tax_rate),
        }
        problems.append(Problem("tax.difference", message, _("Correct the tax, or the rate."), field="tax_given"))
    return problems


def _reckon(command: Command, part: Part) -> None:
    """Fill the line's amounts and raise the counters in memory, so that the next line of the same delivery line takes
    the share after it."""
    line, went = part.line, part.went
    decimals = revenue.decimals_of(command, went.ordered)
    share = went.share(part.change, decimals)
    line.net_share, line.tax_share = share
    if part.is_recognised:
        rate, own = went.ordered.order.rate or Decimal(1), command.company(part.billing.company_id).currency.decimals
        line.net_unbilled, line.tax_unbilled = went.unbilled(part.change, share, rate, own)
    usual = _usual(part, decimals)
    line.amount_net = usual[0] if line.net_given is None else line.net_given
    line.amount_tax = usual[1] if line.tax_given is None else line.tax_given
    line.amount_gross = line.amount_net + line.amount_tax
    _count(part, 1)


def _usual(part: Part, decimals: int) -> tuple[Decimal, Decimal]:
    """Amounts where none are given: the share; a credit note takes back as much of what invoices were given beyond it
    as it takes of the quantity."""
    line, went = part.line, part.went.line
    if part.sign > 0 or not went.quantity_invoiced:
        return part.sign * line.net_share, part.sign * line.tax_share
    back = line.quantity / went.quantity_invoiced
    return (
        round_half_up(went.net_difference * back, decimals) - line.net_share,
        round_half_up(went.tax_difference * back, decimals) - line.tax_share,
    )


def _count(part: Part, sign: int) -> None:
    line, went = part.line, part.went.line
    went.quantity_invoiced += sign * part.change
    part.went.ordered.quantity_invoiced += sign * part.change
    went.net_cleared += sign * line.net_share
    went.tax_cleared += sign * line.tax_share
    went.net_difference += sign * (part.sign * line.amount_net - line.net_share)
    went.tax_difference += sign * (part.sign * line.amount_tax - line.tax_share)
    went.net_unbilled -= sign * line.net_unbilled
    went.tax_unbilled -= sign * line.tax_unbilled


def _add_up(billing: Billing) -> None:
    for name in ("amount_net", "amount_tax", "amount_gross"):
        setattr(billing, name, sum((getattr(line, name) for line in billing.lines), ZERO))


def refresh(billings: Sequence[Billing]) -> None:
    """What is still to be paid; two statements."""
    posted = [b for b in billings if b.state == POSTED]
    for group_id in {b.group_id for b in posted}:
        found = invoices.open_amounts(group_id, (b.pk for b in posted))
        for billing in posted:
            sign = -1 if billing.kind == BillingKind.CREDIT else 1
            billing.amount_open = sign * found.get(billing.pk, ZERO)


# --- posting ----------------------------------------------------------------------------------------------------------


def post(command: Command, billings: Sequence[Billing], inputs: Input) -> None:
    """Raise what is invoiced, move the cost on, enter the invoice in register and books. Raises `billing.over`,
    `credit.over`, `rate.missing`, `period.closed`."""
    parts = _locked(command, billings)
    refuse(p for x in parts for p in returns.delivery_problems(x.billing.customer_id, x.went, x.line.line))
    refuse(_over(parts))
    before = _snapshots(parts)
    for part in parts:
        _reckon(command, part)
    _save(command, parts, before)
    for billing in billings:
        _add_up(billing)
        _take_rate(command, billing, [x for x in parts if x.billing is billing])
    _shift(command, parts)
    kinds = revenue.classes(command, [x.went.ordered.item for x in parts])
    invoices.post(command, [_registered(command, b, [x for x in parts if x.billing is b], kinds) for b in billings])


def _locked(command: Command, billings: Sequence[Billing]) -> list[Part]:
    ids = {line.delivery_id for b in billings for line in b.lines}
    known = counters.delivery_lines(command, ids, lock=True)
    return [Part(b, line, known[line.delivery_id, line.delivery_line]) for b in billings for line in b.lines]


def _over(parts: Sequence[Part]) -> list[Problem]:
    """`billing.over` beyond what went out and did not come back, `credit.over` beyond what is invoiced; lines of one
    delivery line are added up."""
    coming: dict[int, Decimal] = {}
    problems = []
    for part in parts:
        went = part.went.line
        coming[went.pk] = coming.get(went.pk, ZERO) + part.change
        invoiced = went.quantity_invoiced + coming[went.pk]
        most = went.quantity - went.quantity_returned
        words = {
            "line": went.line,
            "delivery": went.delivery,
            "asked": plain(abs(coming[went.pk])),
            "went": plain(most),
            "invoiced": plain(went.quantity_invoiced),
        }
        code, message = (
            "",
            _("Line %(line)s of %(delivery)s: %(asked)s would be invoiced; %(went)s can be, %(invoiced)s is."),
        )
        if part.sign > 0 and invoiced > most:
            code = "billing.over"
        elif part.sign < 0 and invoiced < 0:
            code = "credit.over"
            message = _("Line %(line)s of %(delivery)s: %(asked)s would be credited; %(invoiced)s is invoiced.")
        if code:
            refs = (DocumentRef("sales.delivery", went.delivery_id, went.delivery.number),)
            hint = _("Invoice at most what went out, credit at most what is invoiced.")
            problems.append(
                Problem(code, message % words, hint, field="lines", line=part.line.line, status=409, documents=refs)
            )
    return problems


def _snapshots(parts: Sequence[Part]) -> tuple[dict[int, tuple[Decimal, ...]], dict[int, tuple[Decimal, ...]]]:
    return (
        counters.snapshot((x.went.line for x in parts), counters.DELIVERY),
        counters.snapshot((x.went.ordered for x in parts), counters.ORDER),
    )


def _save(command: Command, parts: Sequence[Part], before: tuple[Any, Any]) -> None:
    counters.save_orders(command, (x.went.ordered for x in parts), before[1])
    counters.save(command, (x.went.line for x in parts), counters.DELIVERY, before[0])


def _take_rate(command: Command, billing: Billing, parts: Sequence[Part]) -> None:
    """The rate of the invoice's day where none is given; that of the order where the revenue stands already."""
    recognised = next((x.went.ordered.order.rate for x in parts if x.is_recognised), None)
    if recognised is not None:
        billing.rate = recognised
    elif billing.rate is None:
        own = str(command.company(billing.company_id).currency_id)
        billing.rate = rate_on(billing.group_id, str(billing.currency_id), own, billing.invoiced_on)


def _shift(command: Command, parts: Sequence[Part], on: date | None = None) -> None:
    """The cost of the goods passes on with the invoice (`cost` of the lines); with `on`, back again on that day."""
    moving = [x for x in parts if x.went.ordered.item.is_stocked and not x.is_recognised]
    moves = deliveries.moves_of(command, (x.line.delivery_id for x in moving)) if moving else {}
    for company_id in sorted({x.billing.company_id for x in moving}):
        own = [x for x in moving if x.billing.company_id == company_id]
        drafts = [
            shifting.Shift(
                document_id=x.billing.pk,
                line=x.line.line,
                move_id=moves[x.line.delivery_id, x.line.delivery_line].pk,
                quantity=(1 if on is None else -1)
                * x.sign
                * to_stock(x.went.ordered.item, x.line.quantity, x.went.ordered.unit),
                posted_on=on or x.billing.invoiced_on,
            )
            for x in own
        ]
        for part, cost in zip(own, shifting.shift(command, company_id, drafts), strict=True):
            part.line.cost = cost


def _registered(
    command: Command, billing: Billing, parts: Sequence[Part], kinds: dict[int, str]
) -> invoices.InvoiceDraft:
    assert billing.rate is not None and billing.due_on is not None, "filled when the invoice was saved"
    own = command.company(billing.company_id).currency
    sign = -1 if billing.kind == BillingKind.CREDIT else 1
    return invoices.InvoiceDraft(
        document_id=billing.pk,
        company_id=billing.company_id,
        kind=invoices.InvoiceKind.CUSTOMER,
        party_id=billing.customer_id,
        invoiced_on=billing.invoiced_on,
        posted_on=billing.invoiced_on,
        due_on=billing.due_on,
        currency=str(billing.currency_id),
        rate=billing.rate,
        amount_gross=sign * billing.amount_gross,
        postings=_postings(parts, kinds, billing.rate, own.decimals),
        summary=billing.reference or billing.number,
    )


def _postings(parts: Sequence[Part], kinds: dict[int, str], rate: Decimal, decimals: int) -> list[invoices.Posting]:
    sold, unbilled, cost = [], [], []
    for part in parts:
        line, kind = part.line, kinds[part.went.ordered.item_id]
        if part.is_recognised:
            facts = {"gross": line.net_unbilled + line.tax_unbilled, "tax": line.tax_unbilled}
            unbilled.append(GoodsLine(facts, kind))
            continue
        net, tax = round_half_up(line.amount_net * rate, decimals), round_half_up(line.amount_tax * rate, decimals)
        sold.append(GoodsLine({"net": net, "tax": tax, "gross": net + tax}, kind))
        if line.cost:
            cost.append(GoodsLine({"cost": line.cost}, kind))
    event = CREDITED if parts[0].sign < 0 else SOLD
    found = ((event, sold), (UNBILLED, unbilled), (COST, cost))
    return [invoices.Posting(name, lines) for name, lines in found if lines]


def reverse(command: Command, billings: Sequence[Billing], inputs: Reversal) -> None:
    """Take invoices back: register, books, cost, counters. Raises `allocation.exists` with what settled one,
    `credit.over` while a credit note stands on it, `billing.over` where the goods are invoiced again meanwhile."""
    parts = _locked(command, billings)
    refuse(_stands_on(parts))
    before = _snapshots(parts)
    for part in parts:
        _count(part, -1)
    refuse(counters.cents_left(x.went for x in parts))
    _save(command, parts, before)
    posted = {(x.billing.pk, x.line.line): x.line.cost for x in parts}
    _shift(command, parts, inputs.posted_on)
    invoices.reverse(command, [b.pk for b in billings], inputs.posted_on)
    _post_difference(command, parts, posted, inputs.posted_on)
    for part in parts:
        part.line.cost = posted[part.billing.pk, part.line.line]


def _stands_on(parts: Sequence[Part]) -> list[Problem]:
    """What was made of the same delivery line since, and would not hold without these."""
    back: dict[int, Decimal] = {}
    problems = []
    for part in parts:
        went = part.went.line
        back[went.pk] = back.get(went.pk, ZERO) + part.change
        invoiced = went.quantity_invoiced - back[went.pk]
        code = ""
        message: Text = _("Line %(line)s of %(delivery)s: credit notes stand on this invoice.")
        if part.sign > 0 and invoiced < 0:
            code = "credit.over"
        elif part.sign < 0 and invoiced > went.quantity:
            code, message = "billing.over", _("Line %(line)s of %(delivery)s is invoiced again meanwhile.")
        if code:
            words = {"line": went.line, "delivery": went.delivery}
            hint = _("Reverse the later invoices and credit notes first.")
            refs = (DocumentRef("sales.delivery", went.delivery_id, went.delivery.number),)
            problems.append(Problem(code, message % words, hint, line=part.line.line, status=409, documents=refs))
    return problems


def _post_difference(command: Command, parts: Sequence[Part], posted: dict[tuple[int, int], Decimal], on: date) -> None:
    """The cost goes back at what it is by now; the entry taken back said what it was then."""
    wrong = [
        (x, difference)
        for x in parts
        if (difference := x.line.cost + posted[x.billing.pk, x.line.line]) and not x.is_recognised
    ]
    if not wrong:
        return
    kinds = revenue.classes(command, [x.went.ordered.item for x, _d in wrong])
    books = ledger.books_of(command, (x.billing.company_id for x, _d in wrong))
    found = {x.billing.pk: x.billing for x, _d in wrong}
    lines = {
        id: books[billing.company_id].lines(
            [
                invoices.Posting(
                    COST,
                    [
                        GoodsLine({"cost": amount}, kinds[x.went.ordered.item_id])
                        for x, amount in wrong
                        if x.billing is billing
                    ],
                )
            ]
        )
        for id, billing in found.items()
    }
    wanted = ((found[id].company_id, x.account) for id, own in lines.items() for x in own)
    accounts = ledger.accounts_of(command, wanted)
    journal.post(
        command,
        [
            journal.EntryDraft(
                company_id=billing.company_id,
                currency=books[billing.company_id].currency,
                posted_on=on,
                document_id=id,
                purpose="cost.reversed",
                area=Area.SALES,
                summary=billing.number,
                lines=ledger.drafted(lines[id], accounts, billing.company_id, billing.customer_id, {}),
            )
            for id, billing in found.items()
        ],
    )
