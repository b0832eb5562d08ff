"""What people and programs send that cannot be: refused by name, and nothing is left behind."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection

from jingwei.books.models import OpenItem
from jingwei.masterdata.models import Party
from jingwei.platform.models import Company
from jingwei.purchasing.models import GoodsReceipt
from tests.purchasing.figures import AP, GRNI, STOCK, TAX, bought_and_came, counted
from tests.purchasing.stories import (
    balances,
    bill,
    confirmed,
    going,
    invoiced,
    order,
    receipt,
    received,
    returned,
    with_suppliers,
)
from tests.stock.stories import at
from tests.support.rules import check_invariants
from tests.support.world import new_world, with_basics

INVOICES = "purchasing/invoice-matches"
EVERYTHING = ("document", "journal_entry", "voucher_number", "open_item", "registered_invoice", "value_entry", "move")


def rows(firm):
    """How many rows there are of all that a refused document may have left."""
    with connection.cursor() as cursor:
        for table in (*EVERYTHING, "audit_event", "outbox_event", "balance_delta", "goods_receipt_line"):
            cursor.execute(f"SELECT count(*), '{table}' FROM {table} WHERE group_id = %s", [firm.group.pk])
            yield cursor.fetchone()


def in_currency(code):
    """A firm whose books and suppliers are in a currency."""
    world = with_basics(new_world())
    Company.objects.filter(id=world.company_id).update(currency_id=code)
    firm = with_suppliers(world)
    Party.objects.filter(group=firm.group).update(currency_id=code)
    return firm


def test_amounts_that_no_column_holds_are_refused_by_name(firm):
    owner = firm.person("owner")
    for lines in ([("BOLT", "999999999", "999999999")], [("BOLT", "999999", "99999999")] * 40):
        for language in ("en", "zh-Hans"):
            owner.language = language
            reply = owner.post("purchasing/orders", order(*lines))
            assert (reply.status, reply.codes) == (422, ["number.range"])
    _bought, came = bought_and_came(firm)
    dear = bill((came, 1, 5, "9999999999"), currency="USD", rate="1000000")
    made, good = owner.made(INVOICES, dear), owner.made(INVOICES, bill((came, 1, 5, "10")))
    before = list(rows(firm))
    reply = owner.post(f"{INVOICES}/{made['id']}/post", version=1)
    assert (reply.status, reply.codes) == (422, ["number.range"])
    assert list(rows(firm)) == before
    both = owner.post(f"{INVOICES}/batch/post", {"ids": [made["id"], good["id"]]}).body["results"]
    assert [r["problem"]["code"] if "problem" in r else r["state"] for r in both] == ["number.range", "posted"]
    assert counted(came) == (5, 50)
    check_invariants(firm)


@pytest.mark.parametrize(
    "moved_at",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1899-12-31T00:00:00Z", "2026-01-08T08:00:00", 5],
)
def test_an_instant_outside_the_calendar_is_never_kept(firm, moved_at):
    owner = firm.person("owner")
    (bought,) = confirmed(firm, order(("BOLT", 2, "10")))
    (came,) = received(firm, receipt((bought, 1, 1)))
    typed = owner.post("purchasing/receipts", {**receipt((bought, 1, 1)), "moved_at": moved_at})
    assert (typed.status, typed.codes, typed.body["errors"][0]["field"]) == (422, ["date.invalid"], "moved_at")
    back = owner.post(f"purchasing/receipts/{came.pk}/reverse", {"moved_at": moved_at}, version=came.version)
    assert (back.status, back.codes, back.body["errors"][0]["field"]) == (422, ["date.invalid"], "moved_at")
    assert owner.get("purchasing/receipts").status == 200
    assert [r.state for r in GoodsReceipt.objects.filter(group=firm.group)] == ["posted"]
    check_invariants(firm)


@pytest.mark.parametrize(
    ("action", "inputs", "code"),
    [
        ("reverse", {"posted_on": 5}, "date.invalid"),
        ("reverse", {"posted_on": True}, "date.invalid"),
        ("reverse", {"posted_on": "0001-01-01"}, "date.invalid"),
        ("reverse", {"posted_on": "9999-12-31"}, "date.invalid"),
        ("reverse", {"posted_on": "03/04/2026"}, "date.invalid"),
        ("reverse", {"posted_on": "2030-01-01"}, "period.missing"),
        ("release", {"reason": "a\x00b"}, "text.control"),
        ("release", {"reason": "a\u202eb"}, "text.control"),
        ("release", {"reason": "   "}, "body.invalid"),
        ("release", {"reason": "x" * 201}, "body.invalid"),
        ("release", {"reason": "fine", "more": 1}, "field.unknown"),
    ],
)
def test_what_an_action_asks_for_is_read_like_a_document(firm, action, inputs, code):
    _bought, came = bought_and_came(firm)
    (dear,) = invoiced(firm, bill((came, 1, 1, "20")))
    before = list(rows(firm))
    reply = firm.person("owner").post(f"{INVOICES}/{dear.pk}/{action}", inputs, version=dear.version)
    assert (reply.codes, 400 <= reply.status < 500) == ([code], True)
    assert list(rows(firm)) == before
    check_invariants(firm)


def test_a_batch_answers_for_each_document_and_keeps_nothing_of_the_refused(firm):
    owner = firm.person("owner")
    _bought, came = bought_and_came(firm)
    bodies = [bill((came, 1, n, "10")) for n in (5, 4, 3)]
    first, over, fits = firm.create("purchasing.invoice", *bodies)
    twice, late = firm.create(
        "purchasing.invoice",
        bill((came, 1, 1, "10"), number_given=first.number_given),
        bill((came, 1, 1, "10"), on="2030-01-01"),
    )
    ids = {"ids": [first.pk, fits.pk, twice.pk, late.pk, over.pk, 12345, first.pk]}
    made = owner.post(f"{INVOICES}/batch/post", ids, key="once")
    said = [(r.get("problem") or {}).get("code") or r["state"] for r in made.body["results"]]
    refused = ["invoice.duplicate", "period.missing", "invoice.over", "record.not_found"]
    assert said == ["posted", "posted", *refused]
    assert (counted(came), balances(firm)[AP]) == ((8, 80), -80)
    before = list(rows(firm))
    assert owner.post(f"{INVOICES}/batch/post", ids, key="once").body == made.body
    other = owner.post(f"{INVOICES}/batch/post", {"ids": [over.pk]}, key="once")
    assert (other.status, other.codes) == (422, ["idempotency.reused"])
    assert owner.post(f"{INVOICES}/batch/post", {"ids": [over.pk, late.pk], "atomic": True}).status == 409
    assert list(rows(firm)) == before
    check_invariants(firm)


def test_in_one_batch_only_the_invoice_that_has_too_much_waits(firm):
    _bought, came = bought_and_came(firm)
    returned(firm, going((came, 1, 2)))
    fine, too_much = invoiced(firm, bill((came, 1, 5, "10")), bill((came, 1, 5, "10")))
    assert (fine.is_blocked, too_much.is_blocked) == (False, True)
    assert too_much.variances == "Line 1: 2 of what is invoiced went back; a credit note is due."
    check_invariants(firm)


def test_nothing_of_another_company_or_group_can_be_named(firm):
    other = with_suppliers(with_basics(new_world()))
    bought, came = bought_and_came(other)
    (theirs,) = invoiced(other, bill((came, 1, 2, "10"), number_given="THEIRS"))
    supplier = Party.objects.get(group=other.group, code="S1").pk
    _own, ours = bought_and_came(firm)
    owner = firm.person("owner")
    payment = {"direction": "out", "party": "S1", "posted_on": "2026-01-20", "account": "1002", "amount": "20"}
    before, there = list(rows(firm)), list(rows(other))
    for path, body, code in (
        ("purchasing/receipts", receipt((bought, 1, 1)), "reference.unknown"),
        ("purchasing/returns", going((came, 1, 1)), "reference.unknown"),
        (INVOICES, bill((came, 1, 1, "10")), "reference.unknown"),
        (INVOICES, bill((ours, 1, 1, "10"), supplier=supplier), "reference.unknown"),
        (INVOICES, {**bill((ours, 1, 1, "10")), "sources": [came.pk]}, "source.unknown"),
        (INVOICES, {**bill((ours, 1, 1, "10")), "sources": [10**30]}, "source.unknown"),
        ("finance/payments", {**payment, "lines": [{"invoice": "THEIRS"}]}, "reference.unknown"),
    ):
        reply = owner.post(path, body)
        assert (reply.status, set(reply.codes) - {"field.required"}) == (422, {code}), path
    for action, inputs in (("post", {}), ("reverse", {"posted_on": "2026-01-20"}), ("release", {"reason": "x"})):
        assert owner.post(f"{INVOICES}/{theirs.pk}/{action}", inputs, version=theirs.version).status == 404
        each = owner.post(f"{INVOICES}/batch/{action}", {"ids": [theirs.pk, 2**63, 10**30], "inputs": inputs})
        assert [r["problem"]["code"] for r in each.body["results"]] == ["record.not_found"] * 3
    assert owner.post(f"{INVOICES}/convert/pay", {"ids": [theirs.pk]}).status == 404
    assert (list(rows(firm)), list(rows(other))) == (before, there)
    check_invariants(firm)
    check_invariants(other)


@pytest.mark.parametrize(
    ("code", "amounts", "accrued"),
    [("JPY", ("3704", "482", "4186"), ("1235", "1234", "1235")), ("KWD", ("3703.701", "481.481", "4185.182"), None)],
)
def test_a_currency_has_its_own_decimals_wherever_it_is_used(firm, code, amounts, accrued):
    party = {"code": "SF", "name_en": "Abroad", "is_supplier": True, "currency": code}
    firm.create("masterdata.party", party)
    firm.create(
        "masterdata.exchange-rate",
        {"from_currency": code, "to_currency": "CNY", "valid_from": "2026-01-01", "rate": "1"},
    )
    (foreign,) = confirmed(firm, order(("BOLT", 3, "1234.567", TAX), supplier="SF"))
    own = in_currency(code)
    (bought,) = confirmed(own, order(("BOLT", 3, "1234.567", TAX)))
    expected = tuple(Decimal(a) for a in amounts)
    for made in (foreign, bought):
        assert (made.amount_net, made.amount_tax, made.amount_gross) == expected
    came = [received(own, receipt((bought, 1, 1)))[0] for _ in range(3)]
    if accrued:
        assert [c.amount for c in came] == [Decimal(a) for a in accrued]
    (whole,) = invoiced(own, bill(*((c, 1, 1, "1234.567", TAX) for c in came)))
    assert balances(own)[GRNI] == 0
    cashier, gross = own.person("cashier"), whole.amount_gross
    part = Decimal("101") if code == "JPY" else Decimal("101.234")
    paid = {"direction": "out", "party": "S1", "posted_on": "2026-01-20", "account": "1002", "amount": str(part)}
    made = cashier.made("finance/payments", {**paid, "lines": [{"invoice": whole.number, "amount": str(part)}]})
    assert cashier.post(f"finance/payments/{made['id']}/post", version=1).status == 200
    item = OpenItem.objects.get(group=own.group, document_id=whole.pk)
    assert item.open == item.open_functional == part - gross
    half = {**paid, "amount": "0.0005", "rest_as_advance": True}
    reply = cashier.post("finance/payments", half)
    assert (reply.status, reply.codes) == (422, ["amount.scale"])
    check_invariants(own)


def test_what_cost_nothing_is_invoiced_for_something(firm):
    (free,) = confirmed(
        firm, order(("BOLT", 10, "0"), ("NUT", 10, "5", {"discount_rate": "100"}), price_reason="samples")
    )
    (came,) = received(firm, receipt((free, 1, 10), (free, 2, 10)))
    (nothing, dear) = invoiced(
        firm,
        bill((came, 1, 2, "0"), (came, 2, 1, "5", {"discount_rate": "100"})),
        bill((came, 1, 2, "0"), (came, 2, 3, "4", TAX)),
    )
    assert (nothing.amount_gross, nothing.is_blocked) == (0, False)
    assert (dear.variances, balances(firm)[STOCK]) == ("Line 2: 12.00 without tax, by the order 0.00.", 12)
    (note,) = invoiced(firm, bill((came, 2, 3, "4", TAX), kind="credit", on="2026-01-16"))
    assert (balances(firm)[STOCK], balances(firm)[AP], note.amount_gross) == (0, 0, Decimal("13.56"))
    (gone,) = returned(firm, going((came, 1, 10), on="2026-01-17"))
    reply = firm.person("owner").post(
        "purchasing/returns/batch/reverse", {"ids": [gone.pk], "inputs": {"moved_at": at("2026-01-18")}}
    )
    assert [r["state"] for r in reply.body["results"]] == ["reversed"]
    check_invariants(firm)
