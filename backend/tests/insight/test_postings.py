"""What a document posted, beside the document: entries and moves, for who may read the ledgers they stand in."""

from __future__ import annotations

import pytest

from jingwei.platform.documents.perform import perform
from jingwei.platform.models import Role
from jingwei.purchasing.receipts import Reversal
from tests.books.stories import OFFICE, posted, voucher
from tests.purchasing.test_orders import confirmed, order, receipt, received, with_suppliers
from tests.stock.stories import at


@pytest.fixture
def firm(world):
    return with_suppliers(world)


@pytest.fixture
def came(firm):
    bought = confirmed(firm, order(("BOLT", 100, "10", {"tax_rate": "13"}), ("NUT", 40, "2.5")))[0]
    return received(firm, receipt((bought, 1, 60), (bought, 2, 40)))[0]


def sides(entry):
    return [(line["account"]["number"], line["debit"], line["credit"]) for line in entry["lines"]]


def test_a_receipt_shows_its_entry_and_its_moves(firm, came):
    body = firm.person("auditor").get(f"postings/{came.pk}").body
    (entry,) = body["entries"]
    assert (entry["posted_on"], entry["number"], entry["is_reversal"]) == ("2026-01-08", "记-2026-01-0001", False)
    assert sides(entry) == [("140301", "700", "0"), ("220202", "0", "700")]
    assert entry["lines"][1]["party"]["number"] == "S1"
    assert [(m["item"]["number"], m["from"]["number"], m["to"]["number"]) for m in body["moves"]] == [
        ("BOLT", "SUP", "A-01"),
        ("NUT", "SUP", "A-01"),
    ]
    assert [(m["quantity"], m["unit"], m["value"]) for m in body["moves"]] == [
        ("60", "Piece", "600"),
        ("40", "Piece", "100"),
    ]
    assert body["is_cut"] is False


def test_a_reversal_stands_beside_what_it_reverses(firm, came):
    back = Reversal(moved_at=at("2026-01-09"))
    perform("purchasing.receipt", [came.pk], "reverse", back, actor=firm.actor)
    body = firm.person("auditor").get(f"postings/{came.pk}").body
    assert sides(body["entries"][1]) == [("140301", "-700", "0"), ("220202", "0", "-700")]
    assert [m["is_reversal"] for m in body["moves"]] == [False, False, True, True]


def test_what_is_not_posted_shows_nothing_and_a_voucher_moves_no_goods(firm):
    (draft,) = firm.create("purchasing.order", order(("BOLT", 1, "10")))
    reader = firm.person("auditor")
    assert reader.get(f"postings/{draft.pk}").body == {"entries": [], "moves": [], "is_cut": False}
    (made,) = posted(firm, voucher(*OFFICE))
    body = reader.get(f"postings/{made.pk}").body
    assert ([sides(e) for e in body["entries"]], body["moves"]) == (
        [[("560201", "300", "0"), ("1001", "0", "300")]],
        [],
    )


def test_entries_and_moves_are_shown_to_who_may_read_their_ledgers(firm, came):
    for key, more in (("books", ["books.general-ledger.view"]), ("goods", ["stock.item-ledger.view"])):
        Role.objects.create(group=firm.group, key=key, name_en=key, permissions=["purchasing.receipt.view", *more])
    Role.objects.create(group=firm.group, key="none", name_en="None", permissions=["masterdata.*"])
    books = firm.person("books").get(f"postings/{came.pk}").body
    assert (len(books["entries"]), books["moves"]) == (1, [])
    goods = firm.person("goods").get(f"postings/{came.pk}").body
    assert (goods["entries"], len(goods["moves"])) == ([], 2)
    refused = firm.person("none").get(f"postings/{came.pk}")
    assert (refused.status, refused.codes) == (404, ["record.not_found"])


def test_a_document_of_another_company_or_group_is_not_found(firm, came):
    from tests.support.world import new_world

    other = firm.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    there = firm.person("auditor", company=other)
    assert there.get(f"postings/{came.pk}").status == 404
    assert new_world("Other").person("auditor").get(f"postings/{came.pk}").status == 404


def test_it_costs_the_same_whatever_the_number_of_lines(firm, came, statements):
    reader = firm.person("auditor")
    reader.get(f"postings/{came.pk}")
    with statements() as few:
        reader.get(f"postings/{came.pk}")
    bought = confirmed(firm, order(*((("BOLT", 2, "10"),) * 30)))[0]
    long = received(firm, receipt(*((bought, n, 2) for n in range(1, 31))))[0]
    with statements() as many:
        body = reader.get(f"postings/{long.pk}").body
    assert len(body["moves"]) == 30
    assert len(many) == len(few)
