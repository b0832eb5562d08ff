"""Supplier invoices (单到补差): what is invoiced replaces what was accrued, and the difference goes to where the goods
are now. One invoice over many receipts, one receipt line in many invoices; each part takes its share of the accrued
value. What has not come yet waits (`ahead`).

A credit note is the same in red. Source: posting rules P11 and J01; 企业会计准则第1号——存货.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

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
from jingwei.purchasing import ahead, awaiting, counters, matching, receipts, returns, successors
from jingwei.purchasing.counters import Came, plain
from jingwei.purchasing.invoice_parts import (
    Part,
    by_invoice,
    came_of,
    cost_of,
    count,
    orders_of,
    parts_of,
    posted_parts,
    receipts_of,
    save,
    snapshots,
)
from jingwei.purchasing.models import PurchaseOrderLine, SupplierInvoice, SupplierInvoiceKind, SupplierInvoiceLine
from jingwei.stock import revaluing

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"
ZERO = Decimal(0)
GOODS, SERVICES = "purchase.invoiced_after_receipt", "purchase.expense_invoiced"


class Reversal(Input):
    """When an invoice is taken back."""

    posted_on: date = asked(_("Accounting date"), _("Day the reversal counts for; in an open period."))


class Release(Input):
    """Why an invoice may be paid in spite of its variances."""

    reason: str = asked(_("Reason"), _("Why it may be paid in spite of its variances."), min_length=1, max_length=200)


# --- typing -----------------------------------------------------------------------------------------------------------


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Lines of posted receipts or confirmed orders of the supplier, dates in order, the supplier's number; fills item,
    unit, currency, due date and amounts, and the order of what came."""
    came, ordered = counters.lines_of(
        command, receipts_of(d.record for d in drafts), orders_of(d.record for d in drafts)
    )
    problems: list[Problem] = []
    for draft in drafts:
        invoice: SupplierInvoice = draft.record
        problems += (p.at(row=draft.row) for p in _header_problems(command, invoice))
        for line in invoice.lines:
            own = ordered.get(_named(line, came))
            line.item, line.unit = (own.item, own.unit) if own else (None, None)
        if all(line.item for line in invoice.lines):
            pricing.reckon(command, invoice, invoice.lines)
        for position, line in enumerate(invoice.lines):
            for problem in _line_problems(command, invoice, line, came, ordered):
                where = f"lines.{position}.{problem.field}"
                problems.append(problem.at(field=where, row=draft.row, line=position + 1))
    return problems


def _named(line: SupplierInvoiceLine, came: dict[counters.Key, Came]) -> counters.Key:
    """The order line an invoice's line is about; that of its receipt where it names one."""
    if line.receipt_id:
        found = came.get((line.receipt_id, line.receipt_line or 0))
        line.order, line.order_line = (found.ordered.order, found.ordered.line) if found else (None, None)
    return line.order_id or 0, line.order_line or 0


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
    command: Command,
    invoice: SupplierInvoice,
    line: SupplierInvoiceLine,
    came: dict[counters.Key, Came],
    ordered: dict[counters.Key, PurchaseOrderLine],
) -> list[Problem]:
    own = ordered.get((line.order_id or 0, line.order_line or 0))
    if line.receipt_id and own is not None:
        problems = returns.receipt_problems(invoice.supplier_id, came[line.receipt_id, line.receipt_line or 0])
    elif line.receipt_id:
        return [returns.unknown_line(line.receipt_line or 0)]
    elif line.order_id is None:
        message = _("Name the receipt of what came, or the order of what is still to come.")
        return [Problem("field.required", message, field="receipt")]
    else:
        problems = receipts.order_problems(invoice.supplier_id, own, line.order_line or 0)
    if own is not None:
        problems += pricing.line_problems(command, invoice, line)
    if own is not None and not problems:
        try:
            to_stock(own.item, line.quantity, own.unit)
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
    """Count what is invoiced, replace the accrual, value the goods anew, let the cost of what is to come wait, owe the
    gross amount: one entry per invoice.

    What differs beyond the tolerances, or has not come, blocks the invoice for payment. Raises `invoice.over`,
    `invoice.came`, `credit.over`, `credit.differs`, `date.order`, `rate.missing`, `invoice.duplicate`, and what books
    and stock raise.
    """
    came, ordered = counters.lines_of(command, receipts_of(invoices), orders_of(invoices), lock=True)
    parts = parts_of(invoices, came, ordered)
    refuse(p for part in parts for p in _not_possible(part))
    early = [(x.line.line, x.ordered, x.quantity) for x in parts if x.came is None and x.sign > 0]
    refuse([*_credited_too_much(parts), *ahead.over(early), *_too_early(command, parts)])
    books = books_of(command, (i.company_id for i in invoices))
    _convert(command, invoices, parts, books)
    before = snapshots(parts)
    variances: dict[int, list[str]] = defaultdict(list)
    waiting: dict[int, list[str]] = defaultdict(list)
    for part in parts:
        own = books[part.invoice.company_id]
        if part.came is not None:
            part.line.amount_accrued = part.came.share(part.sign * part.quantity, own.decimals)
        elif part.sign > 0:
            part.line.quantity_ahead, part.line.amount_ahead = part.quantity, cost_of(part, own)
        count(part, part.sign)
        _note_variances(part, variances[part.invoice.pk])
        if part.came is None and part.sign > 0:
            waiting[part.invoice.pk].append(str(matching.ahead_variance(part.line.line, part.quantity)))
    refuse(ahead.came_already(command, [(n, o) for n, o, _q in early], came_of(parts)))
    _take_back(command, parts, books)
    save(command, parts, before)
    accounts = ahead.stock_accounts(command, receipts_of(invoices))
    splits = _revalue(command, parts, books, accounts)
    drafts = []
    for invoice, own_parts in by_invoice(invoices, parts):
        draft = _registered(invoice, _postings(command, own_parts, accounts, splits))
        draft = replace(draft, blocked=variances[invoice.pk], awaited=waiting[invoice.pk])
        found = [*draft.blocked, *draft.awaited]
        invoice.is_blocked, invoice.variances = bool(found), "\n".join(found)
        drafts.append(draft)
    register.post(command, drafts)


def _not_possible(part: Part) -> list[Problem]:
    """Asked when it is typed and again when it is posted: receipt or order may have changed between."""
    if part.came is not None:
        return returns.receipt_problems(part.invoice.supplier_id, part.came, part.line.line)
    closed = receipts.not_confirmed(part.ordered, part.line.line) if part.sign > 0 else None
    return [] if closed is None else [closed]


def _take_back(command: Command, parts: Sequence[Part], books: dict[int, Books]) -> None:
    """What credit notes take of what is invoiced ahead, at the cost it waits with. Raises `credit.over`,
    `credit.differs`."""
    for company_id, own in sorted(books.items()):
        credits = {
            (x.invoice.pk, x.line.line): x
            for x in parts
            if x.came is None and x.sign < 0 and x.invoice.company_id == company_id
        }
        wants = [ahead.Want(*key, x.ordered, x.quantity) for key, x in credits.items()]
        matches, short = ahead.take(command, wants, own.decimals)
        refuse(_nothing_ahead(credits[w.document_id, w.document_line]) for w in short)
        worth = dict.fromkeys(credits, ZERO)
        for match in matches:
            worth[match.document_id, match.document_line] += match.amount
        refuse(
            Problem(
                "credit.differs",
                _("Line %(line)s: %(given)s would be credited of what has not come; it was invoiced at %(worth)s.")
                % {"line": x.line.line, "given": f"{-cost_of(x, own):,.2f}", "worth": f"{worth[key]:,.2f}"},
                _("Credit the amount it was invoiced at, or reverse the invoice."),
                field="lines",
                line=x.line.line,
                status=409,
            )
            for key, x in credits.items()
            if worth[key] != -cost_of(x, own)
        )
        ahead.keep(matches)
        awaiting.ended(command, matches)


def _nothing_ahead(part: Part) -> Problem:
    return Problem(
        "credit.over",
        _("Line %(line)s of %(order)s: %(more)s would be credited, more than is invoiced and has not come.")
        % {"line": part.ordered.line, "order": part.ordered.order, "more": plain(part.quantity)},
        _("Credit what came by its receipt."),
        field="lines",
        line=part.line.line,
        status=409,
        documents=(DocumentRef("purchasing.order", part.ordered.order_id, part.ordered.order.number),),
    )


def _credited_too_much(parts: Sequence[Part]) -> list[Problem]:
    """`credit.over`: more credited than was invoiced. Lines add up."""
    change: dict[int, Decimal] = defaultdict(lambda: ZERO)
    problems = []
    for part in parts:
        if part.came is None:
            continue
        came = part.came.line
        change[came.pk] += part.sign * part.quantity
        if came.quantity_invoiced + change[came.pk] >= 0:
            continue
        words = {
            "line": came.line,
            "receipt": came.receipt,
            "invoiced": plain(came.quantity_invoiced),
            "more": plain(abs(change[came.pk])),
        }
        message = _("Line %(line)s of %(receipt)s: %(more)s would be credited, but %(invoiced)s are invoiced.") % words
        hint = _("Credit at most what was invoiced.")
        reference = DocumentRef("purchasing.receipt", came.receipt_id, came.receipt.number)
        problems.append(
            Problem(
                "credit.over", message, hint, field="lines", line=part.line.line, status=409, documents=(reference,)
            )
        )
    return problems


def _too_early(command: Command, parts: Sequence[Part]) -> list[Problem]:
    message = _("The invoice counts before the goods came.")
    return [
        Problem("date.order", message, field="posted_on", line=part.line.line)
        for part in parts
        if part.came is not None
        and part.invoice.posted_on < command.date_of(part.came.line.receipt.moved_at, part.invoice.company_id)
    ]


def _convert(
    command: Command, invoices: Sequence[SupplierInvoice], parts: Sequence[Part], books: dict[int, Books]
) -> None:
    """Rates where none is given, those of the accounting date, and amounts in functional currency."""
    rates: dict[tuple[str, str, date], Decimal] = {}
    for invoice, own in by_invoice(invoices, parts):
        if invoice.rate is None:
            key = (str(invoice.currency_id), books[invoice.company_id].currency, invoice.posted_on)
            if key not in rates:
                rates[key] = rate_on(invoice.group_id, *key)
            invoice.rate = rates[key]
        amounts = matching.in_functional(invoice.lines, invoice.rate, books[invoice.company_id].decimals)
        for line, found in zip(invoice.lines, amounts, strict=True):
            members = [part for part in own if part.line is line]
            whole = LineAmounts(*(members[0].sign * amount for amount in found))
            split = matching.shared(whole, members[0].quantity, line.quantity, books[invoice.company_id].decimals)
            for part, share in zip(members, split, strict=False):
                part.whole, part.functional = whole, share


def _note_variances(part: Part, found: list[str]) -> None:
    """What blocks the part's invoice until somebody releases it, once the part is counted and those after it are not:
    an invoice waits for what it has too much itself. Credit notes are not paid and are never blocked."""
    invoice, line = part.invoice, part.line
    if part.sign < 0 or invoice.rate is None:
        return
    texts: list[Text | None] = []
    if part.came is not None or part.quantity == line.quantity:  # once for a line that came in part
        texts.append(matching.price_variance(line, part.ordered, str(invoice.currency_id), invoice.rate, part.whole))
    if part.came is not None:
        texts.append(matching.quantity_variance(line.line, part.quantity, part.came))
    found += [str(text) for text in texts if text is not None]


def _revalue(
    command: Command, parts: Sequence[Part], books: dict[int, Books], accounts: ahead.Accounts
) -> dict[int, revaluing.Split]:
    """What the goods cost more or less than was accrued goes to where they are; by invoice line."""
    splits: dict[int, revaluing.Split] = {}
    for company_id, own_books in sorted(books.items()):
        own = [x for x in parts if x.came is not None and x.invoice.company_id == company_id and x.key in accounts]
        for part in own:
            part.line.amount_difference = cost_of(part, own_books) - part.line.amount_accrued
        given = [_revaluation(part, accounts[part.key][0]) for part in own]
        found = revaluing.revalue(command, company_id, given, into_work=True)
        splits |= {part.line.pk: split for part, split in zip(own, found, strict=True)}
    return splits


def _revaluation(part: Part, move_id: int) -> revaluing.Revaluation:
    return revaluing.Revaluation(
        document_id=part.invoice.pk,
        line=part.line.line,
        move_id=move_id,
        quantity=to_stock(part.ordered.item, part.quantity, part.ordered.unit),
        amount=part.line.amount_difference,
        posted_on=part.invoice.posted_on,
    )


def _postings(
    command: Command, parts: Sequence[Part], accounts: ahead.Accounts, splits: dict[int, revaluing.Split]
) -> list[register.Posting]:
    categories = command.load(ItemCategory, (part.ordered.item.category_id for part in parts))
    goods, services, waiting = [], [], []
    for part in parts:
        kind = str(categories[part.ordered.item.category_id].accounting_class)
        facts = {"tax": part.functional.tax, "gross": part.functional.gross}
        if part.came is None and part.ordered.item.is_stocked:
            waiting.append(GoodsLine({**facts, "net": part.functional.net}, kind))
        elif part.came is not None and part.key in accounts:
            split = splits[part.line.pk]
            facts |= {
                "accrued": part.line.amount_accrued,
                "difference_on_hand": split.on_hand,
                "difference_sold": split.issued,
                "difference_in_production": split.in_work,
            }
            goods.append(GoodsLine(facts, kind, accounts={Role.STOCK: accounts[part.key][1]}))
        else:
            services.append(GoodsLine({**facts, "net": part.functional.net}, kind))
    events = ((GOODS, goods), (SERVICES, services), (ahead.INVOICED, waiting))
    return [register.Posting(event, lines) for event, lines in events if lines]


def _registered(invoice: SupplierInvoice, postings: Sequence[register.Posting]) -> register.InvoiceDraft:
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
    came, ordered = counters.lines_of(command, receipts_of(invoices), orders_of(invoices), lock=True)
    parts = posted_parts(invoices, came, ordered)
    early = [i.pk for i in invoices if any(line.quantity_ahead for line in i.lines)]
    refuse(successors.problems(invoices, successors.matched(command, early) if early else {}))
    before = snapshots(parts)
    for part in parts:
        count(part, -part.sign)
    refuse(_credited(command, invoices, parts))
    refuse(_invoiced_again(parts))
    refuse(counters.cents_left(came_of(parts)))
    if any(part.came is None and part.sign < 0 for part in parts):
        awaiting.begun(command, ahead.give_back(command, (i.pk for i in invoices)))
    save(command, parts, before)
    for company_id in sorted({i.company_id for i in invoices}):
        ids = [i.pk for i in invoices if i.company_id == company_id]
        revaluing.revalue_back(command, company_id, ids, inputs.posted_on)
    register.reverse(command, [i.pk for i in invoices], inputs.posted_on)
    for invoice in invoices:
        invoice.is_blocked = False


def _credited(command: Command, invoices: Sequence[SupplierInvoice], parts: Sequence[Part]) -> list[Problem]:
    """Credit notes of what would no longer be invoiced come first."""
    keys = {x.key: x.invoice.pk for x in parts if x.came is not None and x.came.line.quantity_invoiced < 0}
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
        if (receipt or 0, line or 0) in keys:
            found[keys[receipt or 0, line or 0]].add(("purchasing.invoice", id, number))
    return successors.problems(invoices, found)


def _invoiced_again(parts: Sequence[Part]) -> list[Problem]:
    """What a credit note freed may be invoiced again by now, or have come where it had not."""
    problems = []
    for part in parts:
        if part.came is not None:
            came = part.came.line
            is_over, where = came.quantity_invoiced > came.quantity, came.receipt
            reference = DocumentRef("purchasing.receipt", came.receipt_id, came.receipt.number)
        else:
            own = part.ordered
            is_over, where = own.quantity_received + own.quantity_ahead > own.quantity, own.order
            reference = DocumentRef("purchasing.order", own.order_id, own.order.number)
        if is_over:
            number = part.came.line.line if part.came is not None else part.ordered.line
            problems.append(
                Problem(
                    "invoice.over",
                    _("Line %(line)s of %(receipt)s: what the credit note freed is invoiced again.")
                    % {"line": number, "receipt": where},
                    _("Reverse the later invoice first."),
                    line=part.line.line,
                    status=409,
                    documents=(reference,),
                )
            )
    return problems
