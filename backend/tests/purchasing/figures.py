"""Figures of a purchase as its tests read them: accounts, worth, counters, entries."""

from __future__ import annotations

import pytest

from jingwei.books.models import JournalEntry, JournalLine
from jingwei.finance.models import RegisteredInvoice
from jingwei.platform.errors import Refusal
from jingwei.purchasing.models import GoodsReceiptLine
from jingwei.stock.models import ItemValue
from tests.purchasing.stories import confirmed, order, receipt, received

STOCK, GRNI, AP, VAT_IN, COGS, ISSUED = "140301", "220202", "220201", "22210101", "540201", "560299"
TAX = {"tax_rate": "13"}


def bought_and_came(firm, quantity=10, price="10", **more):
    (bought,) = confirmed(firm, order(("BOLT", quantity, price, {**TAX, **more})))
    (came,) = received(firm, receipt((bought, 1, quantity)))
    return bought, came


def worth(firm, item="BOLT"):
    return ItemValue.objects.get(group=firm.group, item__code=item).value


def counted(came, line=1):
    row = GoodsReceiptLine.objects.get(receipt=came, line=line)
    return row.quantity_invoiced, row.amount_invoiced


def entry_of(document):
    rows = JournalLine.objects.filter(entry__document_id=document.pk).order_by("entry__id", "line")
    return [(r.account.code, r.debit - r.credit) for r in rows.select_related("account")]


def nothing_changed(firm, work):
    """The problems of a refusal, after which no entry, no register row and no counter is new."""

    def state():
        return (
            JournalEntry.objects.filter(group=firm.group).count(),
            RegisteredInvoice.objects.filter(group=firm.group).count(),
            list(GoodsReceiptLine.objects.filter(group=firm.group).order_by("id").values_list("amount_invoiced")),
            worth(firm),
        )

    before = state()
    with pytest.raises(Refusal) as refused:
        work()
    assert state() == before
    return refused.value.problems


def in_dollars(firm, *rates):
    firm.create("masterdata.party", {"code": "SU", "name_en": "Abroad", "is_supplier": True, "currency": "USD"})
    firm.create(
        "masterdata.exchange-rate",
        *({"from_currency": "USD", "to_currency": "CNY", "valid_from": on, "rate": rate} for on, rate in rates),
    )
