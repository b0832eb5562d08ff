"""Supplier invoices (单到补差): what is invoiced replaces what was accrued, and the difference goes to where the goods
are now. One invoice over many receipts, one receipt line in many invoices; each part takes its share of the accrued
value.

A credit note is the same in red. Source: posting rules P11 and J01; 企业会计准则第1号——存货.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.books.posting import GoodsLine
from jingwei.books.roles import Role
from jingwei.finance import invoices as register
from jingwei.finance.ledger import Books, books_of
from jingwei.masterdata import pricing
from jingwei.masterdata.models import ItemCategory
from jingwei.masterdata.rates import rate_on, rate_problems
from jingwei.masterdata.units import to_stock
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input, asked
from jingwei.platform.errors import DocumentRef, Problem, Refusal, Text, refuse
from jingwei.platform.money import LineAmounts
from jingwei.purchasing import counters, matching, returns, successors
from jingwei.purchasing.counters import Came, plain
from jingwei.purchasing.models import SupplierInvoice, SupplierInvoiceKind, SupplierInvoiceLine
from jingwei.stock import revaluing
from jingwei.stock.models import ValueEntry, ValueKind

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)
NOTHING = LineAmounts(ZERO, ZERO, ZERO)
GOODS, SERVICES = "purchase.invoiced_after_receipt", "purchase.expense_invoiced"


class Reversal(Input):
    """When an invoice is taken back."""

    posted_on: date = asked(_("Accounting date"), _("Day the reversal counts for; in an open period."))


class Release(Input):
    """Why an invoice may be paid in spite of its variances."""

    reason: str = asked(_("Reason"), _("Why it may be paid in spite of its variances."), min_length=1, max_length=200)


@dataclass(slots=True)
class Part:
    """A line of an invoice as it is posted; `functional` are its amounts, negative on a credit note."""

    invoice: SupplierInvoice
    line: SupplierInvoiceLine
    came: Came
    functional: LineAmounts = NOTHING

    @property
    def sign(self) -> int:
        return -1 if self.invoice.kind == SupplierInvoiceKind.CREDIT else 1

    @property
    def key(self) -> counters.Key:
        return self.line.receipt_id, self.line.receipt_line


# --- typing -----------------------------------------------------------------------------------------------------------


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of posted receipts of the supplier, dates in order, the supplier's number; fills item, unit, currency, due
    date and amounts."""
    known = counters.receipt_lines(command, _receipts(d.record for d in drafts))
    problems: list[Problem] = []
    for draft in drafts:
        invoice: SupplierInvoice = draft.record
        problems += (p.at(row=draft.row) for p in _header_problems(command, invoice))
        found = [known.get((line.receipt_id, line.receipt_line)) for line in invoice.lines]
        for line, came in zip(invoice.lines, found, strict=True):
            line.item = came.ordered.item if came else None
            line.unit = came.ordered.unit if came else None
        if all(found):
            pricing.reckon(command, invoice, invoice.lines)
        for position, (line, came) in enumerate(zip(invoice.lines, found, strict=True)):
            for problem in _line_problems(command, invoice, line, came):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems


def _receipts(invoices: Iterable[SupplierInvoice]) -> set[int]:
    return {line.receipt_id for i in invoices for line in i.lines}


def _header_problems(command: Command, invoice: SupplierInvoice) -> list[Problem]:
    """Fills currency and due date."""
    problems = []
    message: Text
    invoice.currency_id = invoice.currency_id or invoice.supplier.currency_id
    if invoice.due_on is None:
        invoice.due_on = invoice.invoiced_on + timedelta(days=invoice.supplier.payment_days)
    if not invoice.supplier.is_supplier:
        message = _("%(party)s is not a supplier.") % {"party": invoice.supplier}
        problems.append(Problem("party.not_supplier", message, field="supplier"))
    if invoice.kind == SupplierInvoiceKind.INVOICE and not invoice.number_given:
        message = _("An invoice has the supplier's number.")
        problems.append(Problem("field.required", message, field="number_given"))
    if invoice.due_on < invoice.invoiced_on:
        message = _("The invoice falls due before it is dated.")
        problems.append(Problem("date.order", message, field="due_on"))
    if invoice.posted_on < invoice.invoiced_on:
        message = _("The invoice counts before it is dated.")
        problems.append(Problem("date.order", message, field="posted_on"))
    return problems + rate_problems(command, invoice)


def _line_problems(
    command: Command, invoice: SupplierInvoice, line: SupplierInvoiceLine, came: Came | None
) -> list[Problem]:
    if came is None:
        return [returns.unknown_line(line.receipt_line)]
    problems = returns.receipt_problems(invoice.supplier_id, came) + pricing.line_problems(command, invoice, line)
    if not problems:
        try:
            to_stock(came.ordered.item, line.quantity, came.ordered.unit)
        except Refusal as refusal:
            problems += [p.at(field="quantity") for p in refusal.problems]
    return problems


def refresh(invoices: Sequence[SupplierInvoice]) -> None:
    """What is still to be paid of posted invoices, or given back of credit notes; two statements."""
    posted = [i for i in invoices if i.state == POSTED]
    for group_id in {i.group_id for i in posted}:
        found = register.open_amounts(group_id, (i.pk for i in posted))
        for invoice in posted:
            sign = -1 if invoice.kind == SupplierInvoiceKind.CREDIT else 1
            invoice.amount_open = sign * found.get(invoice.pk, ZERO)


# --- posting ----------------------------------------------------------------------------------------------------------


def post(command: Command, invoices: Sequence[SupplierInvoice], inputs: Input) -> None:
    """Count what is invoiced, replace the accrual, value the goods anew, owe the gross amount: one entry per invoice.

    What differs beyond the tolerances blocks the invoice for payment. Raises `invoice.over`, `credit.over`,
    `date.order`, `rate.missing`, `invoice.duplicate`, and what books and stock raise.
    """
    known = counters.receipt_lines(command, _receipts(invoices), lock=True)
    parts = [Part(i, line, known[line.receipt_id, line.receipt_line]) for i in invoices for line in i.lines]
    refuse(p for part in parts for p in returns.receipt_problems(part.invoice.supplier_id, part.came, part.line.line))
    refuse([*_over(parts), *_too_early(command, parts)])
    books = books_of(command, (i.company_id for i in invoices))
    _convert(command, invoices, parts, books)
    before = _snapshots(parts)
    variances: dict[int, list[str]] = defaultdict(list)
    for part in parts:
        part.line.amount_accrued = part.came.share(
            part.sign * part.line.quantity, books[part.invoice.company_id].decimals
        )
        _count(part, part.sign)
        _note_variances(part, variances[part.invoice.pk])
    _save(command, parts, before)
    accounts = _stock_accounts(command, parts)
    splits = _revalue(command, parts, books, accounts)
    drafts = []
    for invoice, own in _by_invoice(invoices, parts):
        found = variances[invoice.pk]
        invoice.is_blocked, invoice.variances = bool(found), "\n".join(found)
        drafts.append(_registered(invoice, found, _postings(command, own, accounts, splits)))
    register.post(command, drafts)


def _by_invoice(
    invoices: Sequence[SupplierInvoice], parts: Sequence[Part]
) -> Iterable[tuple[SupplierInvoice, list[Part]]]:
    own: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        own[part.invoice.pk].append(part)
    return [(invoice, own[invoice.pk]) for invoice in invoices]


def _over(parts: Sequence[Part]) -> list[Problem]:
    """`invoice.over`: more invoiced than came; `credit.over`: more credited than was invoiced. Lines add up."""
    change: dict[int, Decimal] = defaultdict(lambda: ZERO)
    problems = []
    for part in parts:
        came = part.came.line
        change[came.pk] += part.sign * part.line.quantity
        after = came.quantity_invoiced + change[came.pk]
        if 0 <= after <= came.quantity:
            continue
        words = {
            "line": came.line,
            "receipt": came.receipt,
            "came": plain(came.quantity),
            "invoiced": plain(came.quantity_invoiced),
            "more": plain(abs(change[came.pk])),
        }
        if after < 0:
            code, hint = "credit.over", _("Credit at most what was invoiced.")
            message = (
                _("Line %(line)s of %(receipt)s: %(more)s would be credited, but %(invoiced)s are invoiced.") % words
            )
        else:
            code, hint = "invoice.over", _("Invoice at most what came; enter the rest when it is received.")
            message = (
                _("Line %(line)s of %(receipt)s: %(more)s would be invoiced; %(came)s came, %(invoiced)s are invoiced.")
                % words
            )
        reference = DocumentRef("purchasing.receipt", came.receipt_id, came.receipt.number)
        problems.append(
            Problem(code, message, hint, field="lines", line=part.line.line, status=409, documents=(reference,))
        )
    return problems


def _too_early(command: Command, parts: Sequence[Part]) -> list[Problem]:
    message = _("The invoice counts before the goods came.")
    return [
        Problem("date.order", message, field="posted_on", line=part.line.line)
        for part in parts
        if part.invoice.posted_on < command.date_of(part.came.line.receipt.moved_at, part.invoice.company_id)
    ]


def _convert(
    command: Command, invoices: Sequence[SupplierInvoice], parts: Sequence[Part], books: dict[int, Books]
) -> None:
    """Rates where none is given, those of the accounting date, and amounts in functional currency."""
    rates: dict[tuple[str, str, date], Decimal] = {}
    for invoice, own in _by_invoice(invoices, parts):
        if invoice.rate is None:
            key = (str(invoice.currency_id), books[invoice.company_id].currency, invoice.posted_on)
            if key not in rates:
                rates[key] = rate_on(invoice.group_id, *key)
            invoice.rate = rates[key]
        amounts = matching.in_functional(invoice.lines, invoice.rate, books[invoice.company_id].decimals)
        for part, found in zip(own, amounts, strict=True):
            part.functional = LineAmounts(*(part.sign * amount for amount in found))


def _snapshots(parts: Sequence[Part]) -> tuple[dict[int, tuple[Decimal, ...]], dict[int, tuple[Decimal, ...]]]:
    return (
        counters.snapshot((part.came.ordered for part in parts), counters.ORDER_COUNTERS),
        counters.snapshot((part.came.line for part in parts), counters.RECEIPT_COUNTERS),
    )


def _count(part: Part, sign: int) -> None:
    part.came.line.quantity_invoiced += sign * part.line.quantity
    part.came.ordered.quantity_invoiced += sign * part.line.quantity
    part.came.line.amount_invoiced += part.line.amount_accrued if sign == part.sign else -part.line.amount_accrued


def _save(command: Command, parts: Sequence[Part], before: tuple[Any, Any]) -> None:
    counters.save(command, (part.came.ordered for part in parts), counters.ORDER_COUNTERS, before[0])
    counters.save(command, (part.came.line for part in parts), counters.RECEIPT_COUNTERS, before[1])


def _note_variances(part: Part, found: list[str]) -> None:
    """What blocks the part's invoice, once the part is counted and those after it are not: an invoice waits for what it
    has too much itself. Credit notes are not paid and are never blocked."""
    invoice = part.invoice
    if part.sign < 0 or invoice.rate is None:
        return
    texts = (
        matching.price_variance(part.line, part.came, str(invoice.currency_id), invoice.rate, part.functional),
        matching.quantity_variance(part.line, part.came),
    )
    found += [str(text) for text in texts if text is not None]


Accounts = dict[counters.Key, tuple[int, str]]


def _stock_accounts(command: Command, parts: Sequence[Part]) -> Accounts:
    """Move and stock account, by code, of the receipt lines that went into the stock; services have none."""
    rows = ValueEntry.objects.filter(
        group_id=command.actor.group_id,
        kind=ValueKind.MOVE,
        move__document_id__in={part.line.receipt_id for part in parts},
        move__reverses=None,
    )
    values = rows.values_list("move__document_id", "move__document_line", "move_id", "account__code")
    return {(document, line): (move or 0, account) for document, line, move, account in values}


def _revalue(
    command: Command, parts: Sequence[Part], books: dict[int, Books], accounts: Accounts
) -> dict[int, revaluing.Split]:
    """What the goods cost more or less than was accrued goes to where they are; by invoice line."""
    splits: dict[int, revaluing.Split] = {}
    for company_id, own_books in sorted(books.items()):
        own = [part for part in parts if part.invoice.company_id == company_id and part.key in accounts]
        for part in own:
            # Input tax that cannot be deducted is part of the cost.
            cost = part.functional.gross if own_books.taxpayer == "small_scale" else part.functional.net
            part.line.amount_difference = cost - part.line.amount_accrued
        given = [_revaluation(part, accounts[part.key][0]) for part in own]
        found = revaluing.revalue(command, company_id, given)
        splits |= {part.line.pk: split for part, split in zip(own, found, strict=True)}
    return splits


def _revaluation(part: Part, move_id: int) -> revaluing.Revaluation:
    ordered = part.came.ordered
    return revaluing.Revaluation(
        document_id=part.invoice.pk,
        line=part.line.line,
        move_id=move_id,
        quantity=to_stock(ordered.item, part.line.quantity, ordered.unit),
        amount=part.line.amount_difference,
        posted_on=part.invoice.posted_on,
    )


def _postings(
    command: Command, parts: Sequence[Part], accounts: Accounts, splits: dict[int, revaluing.Split]
) -> list[register.Posting]:
    categories = command.load(ItemCategory, (part.came.ordered.item.category_id for part in parts))
    goods, services = [], []
    for part in parts:
        kind = str(categories[part.came.ordered.item.category_id].accounting_class)
        facts = {"tax": part.functional.tax, "gross": part.functional.gross}
        if part.key in accounts:
            split = splits[part.line.pk]
            facts |= {
                "accrued": part.line.amount_accrued,
                "difference_on_hand": split.on_hand,
                "difference_sold": split.issued,
            }
            goods.append(GoodsLine(facts, kind, accounts={Role.STOCK: accounts[part.key][1]}))
        else:
            services.append(GoodsLine({**facts, "net": part.functional.net}, kind))
    return [register.Posting(event, lines) for event, lines in ((GOODS, goods), (SERVICES, services)) if lines]


def _registered(
    invoice: SupplierInvoice, blocked: Sequence[str], postings: Sequence[register.Posting]
) -> register.InvoiceDraft:
    assert invoice.due_on is not None and invoice.rate is not None, "filled when the invoice was saved and converted"
    return register.InvoiceDraft(
        document_id=invoice.pk,
        company_id=invoice.company_id,
        kind=register.InvoiceKind.SUPPLIER,
        party_id=invoice.supplier_id,
        invoiced_on=invoice.invoiced_on,
        posted_on=invoice.posted_on,
        due_on=invoice.due_on,
        currency=str(invoice.currency_id),
        rate=invoice.rate,
        amount_gross=-invoice.amount_gross if invoice.kind == SupplierInvoiceKind.CREDIT else invoice.amount_gross,
        postings=postings,
        number_given=invoice.number_given,
        blocked=blocked,
        summary=f"{invoice.number} {invoice.number_given}".strip(),
    )


# --- afterwards -------------------------------------------------------------------------------------------------------


def release(command: Command, invoices: Sequence[SupplierInvoice], inputs: Release) -> None:
    """Let invoices be paid in spite of their variances. Raises `invoice.not_blocked`."""
    refuse(
        Problem("invoice.not_blocked", _("Invoice %(number)s is not blocked.") % {"number": invoice}, status=409)
        for invoice in invoices
        if not invoice.is_blocked
    )
    for invoice in invoices:
        invoice.is_blocked, invoice.release_reason = False, inputs.reason
    register.release(command, [i.pk for i in invoices])


def reverse(command: Command, invoices: Sequence[SupplierInvoice], inputs: Reversal) -> None:
    """Take invoices back in red: counters, accrual, the goods' value and the debt as they were.

    Raises `allocation.exists` with what settled one, `doc.has_successors` with the credit notes of what it invoiced,
    `invoice.over` for a credit note whose goods are invoiced again, `parts.order`.
    """
    known = counters.receipt_lines(command, _receipts(invoices), lock=True)
    parts = [Part(i, line, known[line.receipt_id, line.receipt_line]) for i in invoices for line in i.lines]
    before = _snapshots(parts)
    for part in parts:
        _count(part, -part.sign)
    refuse(_credited(command, invoices, parts))
    refuse(_invoiced_again(parts))
    refuse(counters.cents_left(part.came for part in parts))
    _save(command, parts, before)
    for company_id in sorted({i.company_id for i in invoices}):
        ids = [i.pk for i in invoices if i.company_id == company_id]
        revaluing.revalue_back(command, company_id, ids, inputs.posted_on)
    register.reverse(command, [i.pk for i in invoices], inputs.posted_on)
    for invoice in invoices:
        invoice.is_blocked = False


def _credited(command: Command, invoices: Sequence[SupplierInvoice], parts: Sequence[Part]) -> list[Problem]:
    """Credit notes of what would no longer be invoiced come first."""
    keys = {part.key: part.invoice.pk for part in parts if part.came.line.quantity_invoiced < 0}
    if not keys:
        return []
    rows = SupplierInvoiceLine.objects.filter(
        group_id=command.actor.group_id,
        receipt_id__in={receipt for receipt, _line in keys},
        invoice__kind=SupplierInvoiceKind.CREDIT,
        invoice__state=POSTED,
    )
    found: successors.Successors = defaultdict(set)
    for receipt, line, id, number in rows.values_list("receipt_id", "receipt_line", "invoice_id", "invoice__number"):
        if (receipt, line) in keys:
            found[keys[receipt, line]].add(("purchasing.invoice", id, number))
    return successors.problems(invoices, found)


def _invoiced_again(parts: Sequence[Part]) -> list[Problem]:
    return [
        Problem(
            "invoice.over",
            _("Line %(line)s of %(receipt)s: what the credit note freed is invoiced again.")
            % {"line": part.came.line.line, "receipt": part.came.line.receipt},
            _("Reverse the later invoice first."),
            line=part.line.line,
            status=409,
            documents=(DocumentRef("purchasing.receipt", part.came.line.receipt_id, part.came.line.receipt.number),),
        )
        for part in parts
        if part.came.line.quantity_invoiced > part.came.line.quantity
    ]
