"""Invoices to tell stories with, posted as the documents of purchasing and sales post theirs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from jingwei.books.models import JournalLine
from jingwei.books.posting import GoodsLine
from jingwei.finance import invoices
from jingwei.finance.invoices import InvoiceDraft, InvoiceKind, Posting
from jingwei.masterdata.models import Party
from jingwei.platform import sets
from jingwei.platform.documents.command import run
from jingwei.platform.models import RegistryRow
from jingwei.platform.money import round_half_up
from tests.support.world import World

_numbers = itertools.count(1)


def with_parties(world: World) -> World:
    """A customer and a supplier who deal in yuan, one who is both, and a customer and a supplier abroad."""
    world.create(
        "masterdata.party",
        {"code": "C1", "name_en": "Customer", "is_customer": True},
        {"code": "C2", "name_en": "Other customer", "is_customer": True},
        {"code": "S1", "name_en": "Supplier", "is_supplier": True},
        {"code": "B1", "name_en": "Both", "is_customer": True, "is_supplier": True},
        {"code": "CU", "name_en": "Customer abroad", "is_customer": True, "currency": "USD", "country": "US"},
        {"code": "SU", "name_en": "Supplier abroad", "is_supplier": True, "currency": "USD", "country": "US"},
    )
    return world


def party(world: World, code: str) -> Party:
    """A party by its code."""
    return Party.objects.get(group=world.group, code=code)


def papers(world: World, count: int, kind: str = "purchasing.order") -> list[RegistryRow]:
    """Documents that invoices can be posted for, with numbers INV-1, INV-2 …"""
    ids = sets.next_ids(count)
    rows = [
        RegistryRow(
            id=id,
            group_id=world.group.pk,
            company_id=world.company_id,
            type=kind,
            number=f"INV-{next(_numbers)}",
            state="posted",
        )
        for id in ids
    ]
    sets.insert(rows)
    return rows


def draft(
    world: World,
    paper: RegistryRow,
    code: str,
    gross: str,
    *,
    kind: str = InvoiceKind.CUSTOMER,
    on: str = "2026-11-01",
    due: str = "2026-12-01",
    currency: str = "CNY",
    rate: str = "1",
    lines: int = 1,
    **more: Any,
) -> InvoiceDraft:
    """An invoice over `gross`, 13 % tax included, in `lines` equal lines."""
    each = Decimal(gross) / lines
    posting = []
    for _line in range(lines):
        functional = round_half_up(each * Decimal(rate), 2)
        net = round_half_up(functional / Decimal("1.13"), 2)
        facts = {"net": net, "tax": functional - net, "gross": functional}
        posting.append(GoodsLine(facts, accounting_class="service"))
    event = "sales.invoiced" if kind == InvoiceKind.CUSTOMER else "purchase.expense_invoiced"
    return InvoiceDraft(
        document_id=paper.pk,
        company_id=world.company_id,
        kind=kind,
        party_id=party(world, code).pk,
        invoiced_on=date.fromisoformat(on),
        posted_on=date.fromisoformat(on),
        due_on=date.fromisoformat(due),
        currency=currency,
        rate=Decimal(rate),
        amount_gross=Decimal(gross),
        postings=[Posting(event, posting)],
        **more,
    )


def enter(world: World, *drafts: InvoiceDraft) -> None:
    """Post invoices as the system."""
    run(world.actor, lambda command: invoices.post(command, drafts))


def invoice(world: World, code: str, gross: str, **more: Any) -> RegistryRow:
    """A posted invoice."""
    (paper,) = papers(world, 1)
    enter(world, draft(world, paper, code, gross, **more))
    return paper


def supplied(world: World, code: str, gross: str, **more: Any) -> RegistryRow:
    """A posted invoice of a supplier."""
    return invoice(world, code, gross, kind=InvoiceKind.SUPPLIER, **more)


def _payment(world: World, direction: str, code: str, amount: str, lines: Sequence[Any], more: Any) -> Any:
    body = {
        "direction": direction,
        "party": code,
        "posted_on": "2026-11-20",
        "account": "1002",
        "amount": amount,
        "lines": [{"invoice": n, **({} if a is None else {"amount": a})} for n, a in lines],
        **more,
    }
    return world.create("finance.payment", body)[0]


def collect(world: World, code: str, amount: str, *lines: tuple[str, str | None], **more: Any) -> Any:
    """A draft of money received, from (invoice, amount)."""
    return _payment(world, "in", code, amount, lines, more)


def pay(world: World, code: str, amount: str, *lines: tuple[str, str | None], **more: Any) -> Any:
    """A draft of money paid, from (invoice, amount)."""
    return _payment(world, "out", code, amount, lines, more)


def posted_lines(document_id: int) -> list[tuple[str, str, Decimal]]:
    """(role, currency, debit − credit) of what a document posted, in the order of the entry."""
    rows = JournalLine.objects.filter(entry_id__in=_entries(document_id)).order_by("entry_id", "line")
    return [(r.account.role, r.currency_id, r.debit - r.credit) for r in rows.select_related("account")]


def _entries(document_id: int) -> Sequence[int]:
    from jingwei.books.models import JournalEntry

    return list(JournalEntry.objects.filter(document_id=document_id).values_list("id", flat=True))


__all__ = [
    "collect",
    "draft",
    "enter",
    "invoice",
    "papers",
    "party",
    "pay",
    "posted_lines",
    "supplied",
    "with_parties",
]
