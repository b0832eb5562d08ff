"""摘要: the books say of every entry which document it is of, whose, and what was written of it, in both languages."""

from __future__ import annotations

import pytest

from jingwei.books.models import Account
from jingwei.books.occasions import occasion
from tests.purchasing.figures import TAX, bought_and_came
from tests.purchasing.stories import bill, going, invoiced, returned, uninvoiced
from tests.support.papers import paper

JANUARY = "from_on=2026-01-01&to_on=2026-01-31"
HAMMER = ("海马铰链厂", "Hammer Hinges")


@pytest.mark.parametrize(
    ("key", "summary", "told"),
    [
        ("purchasing.receipt", "GR-7", "Goods receipt GR-7 Hammer Hinges"),
        ("purchasing.receipt", "DN-33", "Goods receipt GR-7 Hammer Hinges DN-33"),
        ("purchasing.receipt", "GR-7 INV-1", "Goods receipt GR-7 Hammer Hinges INV-1"),
        ("purchasing.receipt", "GR-7 海马铰链厂", "Goods receipt GR-7 Hammer Hinges"),
        ("purchasing.receipt", "GR-71", "Goods receipt GR-7 Hammer Hinges GR-71"),
        ("purchasing.receipt", "", "Goods receipt GR-7 Hammer Hinges"),
        ("finance.voucher", "Rent", "Rent"),
        ("finance.voucher", "", "GR-7"),
        ("gone.kind", "DN-33", "DN-33"),
        (None, "", "GR-7"),
    ],
)
def test_kind_number_party_and_what_was_written(key, summary, told):
    assert occasion(key, "GR-7", HAMMER, summary, is_reversal=False) == told
    assert occasion(key, "GR-7", HAMMER, summary, is_reversal=True) == f"Reversal of {told}"


def told(reader, language):
    reader.language = language
    reply = reader.get(f"reports/books.journal?{JANUARY}")
    seen = [row["values"]["summary"] for row in reply.body["rows"]]
    return sorted(set(seen), key=seen.index)


def test_the_journal_tells_each_reader_what_was_posted(firm):
    _bought, came = bought_and_came(firm)
    (one,) = invoiced(firm, bill((came, 1, 4, "10", TAX), number_given="INV-1"))
    uninvoiced(firm, one)
    (sent,) = returned(firm, going((came, 1, 2), on="2026-01-26"))
    reader = firm.person("accountant")
    party = one.supplier.name_en
    assert told(reader, "en") == [
        f"Goods receipt {came.number} {party}",
        f"Supplier invoice {one.number} {party} INV-1",
        f"Reversal of Supplier invoice {one.number} {party} INV-1",
        f"Purchase return {sent.number} {party}",
    ]
    assert told(reader, "zh-hans")[1:3] == [
        f"采购应付单 {one.number} {party} INV-1",
        f"冲销：采购应付单 {one.number} {party} INV-1",
    ]
    reader.language = "en"
    payables = Account.objects.get(group=firm.group, code="220201").pk
    ledger = reader.get(f"reports/books.general-ledger?account={payables}&{JANUARY}").body["rows"]
    assert [row["values"]["summary"] for row in ledger[1:3]] == [
        f"Supplier invoice {one.number} INV-1",
        f"Reversal of Supplier invoice {one.number} INV-1",
    ]
    assert {row["values"]["party"]["title"] for row in ledger[1:3]} == {party}
    first, second = paper(reader, f"purchasing/invoice-matches/{one.pk}/print/voucher", "en")
    assert any(f"Supplier invoice {one.number}" in line for line in first)
    assert any("Reversal of Supplier" in line for line in second)
