"""Whole purchases: drafts made from what came, from order to debt and back, many at once."""

from __future__ import annotations

from decimal import Decimal

from jingwei.platform.documents.perform import perform
from jingwei.platform.errors import Refusal
from tests.purchasing.figures import (
    AP,
    GRNI,
    ISSUED,
    STOCK,
    TAX,
    VAT_IN,
    bought_and_came,
    counted,
    nothing_changed,
    worth,
)
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
    taken_back,
    uninvoiced,
    with_suppliers,
)
from tests.stock.stories import at, body, done
from tests.support.rules import check_invariants
from tests.support.threads import in_threads
from tests.support.world import new_world, with_basics


def test_an_invoice_is_taken_back_after_its_credit_notes(firm):
    _bought, came = bought_and_came(firm)
    (made,) = invoiced(firm, bill((came, 1, 10, "10", TAX)))
    (note,) = invoiced(firm, bill((came, 1, 4, "10", TAX), kind="credit", on="2026-01-16"))
    (standing,) = nothing_changed(firm, lambda: uninvoiced(firm, made))
    assert (standing.code, [d.number for d in standing.documents]) == ("doc.has_successors", [note.number])
    (again,) = invoiced(firm, bill((came, 1, 4, "10", TAX), on="2026-01-17"))
    (over,) = nothing_changed(firm, lambda: uninvoiced(firm, note))
    assert (over.code, over.status) == ("invoice.over", 409)
    for document in (again, note, made):
        uninvoiced(firm, document)
    assert (counted(came), balances(firm)[GRNI], balances(firm)[AP]) == ((0, 0), -100, 0)
    check_invariants(firm)


def test_what_was_made_is_taken_back_from_the_last_to_the_first(firm):
    bought, came = bought_and_came(firm)
    (gone,) = returned(firm, going((came, 1, 2)))
    (made,) = invoiced(firm, bill((came, 1, 8, "10", TAX)))
    for work in (
        lambda: taken_back(firm, "receipt", came),
        lambda: perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor),
    ):
        (problem,) = nothing_changed(firm, work)
        assert (problem.code, problem.status) == ("doc.has_successors", 409)
        assert [d.number for d in problem.documents][:2] == [made.number, gone.number]
    uninvoiced(firm, made)
    taken_back(firm, "return", gone)
    taken_back(firm, "receipt", came, on="2026-01-26")
    perform("purchasing.order", [bought.pk], "cancel", actor=firm.actor)
    assert {k: v for k, v in balances(firm).items() if v} == {}
    check_invariants(firm)


def test_a_draft_of_an_invoice_has_what_came_stayed_and_is_not_invoiced(firm):
    accountant = firm.person("accountant")
    discount = {**TAX, "discount_rate": "10"}
    agreed = {**TAX, "amount_given": "100.00"}
    (bought,) = confirmed(firm, order(("BOLT", 10, "10", discount), ("NUT", 3, "40", agreed), is_tax_inclusive=True))
    one, two = received(firm, receipt((bought, 1, 6), (bought, 2, 1)), receipt((bought, 1, 4), (bought, 2, 2)))
    returned(firm, going((one, 1, 1)))
    invoiced(firm, bill((one, 1, 2, "10"), is_tax_inclusive=True))
    (draft,) = accountant.post("purchasing/receipts/convert/invoice", {"ids": [one.pk, two.pk]}).body["drafts"]
    assert (draft["is_tax_inclusive"], draft["currency"], draft["kind"]) == (True, "CNY", "invoice")
    assert [(x["receipt"], x["receipt_line"], x["quantity"]) for x in draft["lines"]] == [
        (one.pk, 1, "3"),
        (one.pk, 2, "1"),
        (two.pk, 1, "4"),
        (two.pk, 2, "2"),
    ]
    assert [x.get("amount_given") for x in draft["lines"]] == [None, "33.33", None, "66.67"]
    assert [x["discount_rate"] for x in draft["lines"]] == ["10", "0", "10", "0"]
    (same,) = accountant.post("purchasing/orders/convert/invoice", {"ids": [bought.pk]}).body["drafts"]
    assert same["lines"] == draft["lines"]
    dated = {**draft, "invoiced_on": "2026-01-15", "posted_on": "2026-01-15", "number_given": "A-1"}
    made = accountant.made("purchasing/invoice-matches", dated)
    posted = accountant.post(f"purchasing/invoice-matches/{made['id']}/post", version=1).body["record"]
    assert (posted["is_blocked"], balances(firm)[GRNI]) == (False, 0)
    links = accountant.get(f"purchasing/receipts/{one.pk}/links").body["rows"]
    assert [(x["number"], x["relation"]) for x in links] == [(posted["number"], "target")]
    nothing = accountant.post("purchasing/receipts/convert/invoice", {"ids": [one.pk]})
    assert (nothing.status, nothing.codes) == (409, ["receipt.nothing_to_invoice"])
    (rest,) = accountant.post("purchasing/orders/convert/invoice", {"ids": [bought.pk]}).body["drafts"]
    assert {x.get("receipt") for x in rest["lines"]} == {None}  # of what is still to come
    check_invariants(firm)


def test_from_order_to_debt_and_all_the_way_back(firm):
    """A quarter of a buyer's life: parts, rejects, a price that rose after half was used, a credit note."""
    buyer, keeper, accountant = firm.person("buyer"), firm.person("keeper"), firm.person("accountant")
    made = buyer.made("purchasing/orders", order(("BOLT", 100, "10", TAX)))
    buyer.post(f"purchasing/orders/{made['id']}/confirm", version=1)
    came = [
        keeper.made("purchasing/receipts", receipt((made["id"], 1, quantity), on=on))
        for quantity, on in ((60, "2026-01-08"), (40, "2026-01-12"))
    ]
    for one in came:
        assert keeper.post(f"purchasing/receipts/{one['id']}/post", version=1).status == 200
    gone = keeper.made("purchasing/returns", going((came[0]["id"], 1, 10), on="2026-01-13"))
    assert keeper.post(f"purchasing/returns/{gone['id']}/post", version=1).status == 200
    done(firm, "other-out", body(at("2026-01-14"), ("BOLT", 45)))
    drafts = accountant.post("purchasing/receipts/convert/invoice", {"ids": [c["id"] for c in came]}).body["drafts"]
    assert [x["quantity"] for x in drafts[0]["lines"]] == ["50", "40"]
    lines = [{**x, "price": "10.50"} for x in drafts[0]["lines"]]
    paper = {**drafts[0], "lines": lines, "invoiced_on": "2026-01-15", "posted_on": "2026-01-16", "number_given": "77"}
    invoice = accountant.made("purchasing/invoice-matches", paper)
    path = f"purchasing/invoice-matches/{invoice['id']}"
    posted = accountant.post(f"{path}/post", version=1).body["record"]
    assert posted["variances"].splitlines() == [
        "Line 1: 525.00 without tax, by the order 500.00.",
        "Line 2: 420.00 without tax, by the order 400.00.",
    ]
    sums = balances(firm)
    # 45 of 90 lie there, 45 were used: each bears half of 945.00.
    assert (sums[STOCK], sums[ISSUED], sums[GRNI]) == (Decimal("472.50"), Decimal("472.50"), 0)
    assert (sums[VAT_IN], sums[AP]) == (Decimal("122.85"), Decimal("-1067.85"))
    check_invariants(firm)
    refused = keeper.post(f"purchasing/receipts/{came[0]['id']}/reverse", {"moved_at": at("2026-01-20")}, version=2)
    assert [d["number"] for d in refused.body["errors"][0]["documents"]] == [posted["number"], gone["number"]]
    assert accountant.post(f"{path}/reverse", {"posted_on": "2026-01-20"}, version=2).body["state"] == "reversed"
    check_invariants(firm)
    assert (
        keeper.post(f"purchasing/returns/{gone['id']}/reverse", {"moved_at": at("2026-01-21")}, version=2).status == 200
    )
    check_invariants(firm)
    second = keeper.post(f"purchasing/receipts/{came[1]['id']}/reverse", {"moved_at": at("2026-01-22")}, version=2)
    assert second.status == 200
    sums = balances(firm)
    assert (sums[STOCK], sums[ISSUED], sums[GRNI], sums[AP]) == (150, 450, -600, 0)
    check_invariants(firm)


def test_invoicing_a_hundred_documents_costs_the_statements_of_one(firm, statements):
    (bought,) = confirmed(firm, order(*(("BOLT", 100, "2") for _ in range(3))))
    came = received(firm, *(receipt((bought, 1, 1), (bought, 2, 1), (bought, 3, 1)) for _ in range(61)))
    one, *many = firm.create(
        "purchasing.invoice", *(bill((r, 1, 1, "2"), (r, 2, 1, "3"), (r, 3, 1, "1")) for r in came)
    )

    def costs(action, documents):
        with statements() as made:
            perform("purchasing.invoice", [d.pk for d in documents], action, actor=firm.actor)
        return len(made)

    few = costs("post", [one])
    assert costs("post", many) <= few <= 54
    check_invariants(firm)


def test_twenty_invoices_of_one_receipt_line_never_exceed_it(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 10, "2")))
    (came,) = received(firm, receipt((bought, 1, 10)))
    ids = [i.pk for i in firm.create("purchasing.invoice", *(bill((came, 1, 1, "2.10")) for _ in range(20)))]

    def client(number):
        try:
            perform("purchasing.invoice", [ids[number]], "post", actor=firm.actor)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "posted"

    outcomes = in_threads(20, client)
    assert (outcomes.count("posted"), outcomes.count("invoice.over")) == (10, 10)
    assert (counted(came), balances(firm)[GRNI], worth(firm)) == ((10, 20), 0, 21)
    check_invariants(firm)


def test_invoices_returns_and_reversals_at_once_keep_every_rule(own_database):
    firm = with_suppliers(with_basics(new_world()))
    (bought,) = confirmed(firm, order(("BOLT", 30, "3.33")))
    came = received(firm, *(receipt((bought, 1, 10)) for _ in range(3)))

    def client(number):
        document = came[number % 3]
        try:
            if number % 4 == 0:
                returned(firm, going((document, 1, 3), on="2026-01-16"))
            elif number % 4 == 1:
                taken_back(firm, "receipt", document)
            else:
                uninvoiced(firm, invoiced(firm, bill((document, 1, 4, "3.50")))[0])
        except Refusal as refusal:
            return refusal.problems[0].code
        return "done"

    outcomes = in_threads(16, client)
    expected = {"done", "doc.has_successors", "receipt.not_posted", "invoice.over", "return.over", "parts.order"}
    assert set(outcomes) <= expected | {"purchasing.receipt.wrong_state"}
    assert "done" in outcomes
    check_invariants(firm)


def test_a_blocked_invoice_is_paid_after_its_release_and_stands_until_the_money_is_back(firm):
    accountant, controller, cashier = firm.person("accountant"), firm.person("controller"), firm.person("cashier")
    _bought, came = bought_and_came(firm)
    (gone,) = returned(firm, going((came, 1, 1)))
    (dear,) = invoiced(firm, bill((came, 1, 10, "11", TAX)))
    path = f"purchasing/invoice-matches/{dear.pk}"
    (credit,) = accountant.post("purchasing/returns/convert/credit", {"ids": [gone.pk]}).body["drafts"]
    (note,) = invoiced(firm, {**credit, "invoiced_on": "2026-01-16", "posted_on": "2026-01-16"})
    both = {"ids": [dear.pk, note.pk]}
    refused = cashier.post("purchasing/invoice-matches/convert/pay", both)
    assert (refused.status, refused.codes) == (409, ["invoice.blocked"])
    assert controller.post(f"{path}/release", {"reason": "agreed"}, version=dear.version).status == 200
    (draft,) = cashier.post("purchasing/invoice-matches/convert/pay", both).body["drafts"]
    assert (draft["direction"], draft["amount"]) == ("out", "111.8700")
    assert {(x["invoice"], x["amount"]) for x in draft["lines"]} == {
        (dear.number, "124.3000"),
        (note.number, "-12.4300"),
    }
    made = cashier.made("finance/payments", {**draft, "posted_on": "2026-01-20"})
    paid = cashier.post(f"finance/payments/{made['id']}/post", version=1).body["record"]
    assert (paid["state"], balances(firm)[AP]) == ("posted", 0)
    (standing,) = nothing_changed(firm, lambda: uninvoiced(firm, dear))
    assert (standing.code, [d.number for d in standing.documents]) == ("doc.has_successors", [note.number])
    (settled,) = nothing_changed(firm, lambda: uninvoiced(firm, note))
    assert (settled.code, settled.status) == ("allocation.exists", 409)
    assert paid["number"] in [d.number for d in settled.documents]
    back = cashier.post(f"finance/payments/{made['id']}/reverse", {"posted_on": "2026-01-22"}, version=paid["version"])
    assert back.status == 200
    uninvoiced(firm, note)
    uninvoiced(firm, dear)
    taken_back(firm, "return", gone)
    assert (balances(firm)[GRNI], balances(firm)[AP], worth(firm)) == (-100, 0, 100)
    check_invariants(firm)


def test_an_invoice_shows_what_is_still_to_be_paid_of_it(firm):
    accountant, cashier = firm.person("accountant"), firm.person("cashier")
    _bought, came = bought_and_came(firm)
    made = accountant.made("purchasing/invoice-matches", bill((came, 1, 10, "10", TAX)))
    path = f"purchasing/invoice-matches/{made['id']}"

    def still_open():
        return accountant.get(path).body["amount_open"]

    assert (made["amount_open"], still_open()) == (None, None)
    posted = accountant.post(f"{path}/post", version=1).body["record"]
    assert (posted["amount_open"], still_open()) == ("113", "113")
    part = {"direction": "out", "party": "S1", "posted_on": "2026-01-20", "account": "1002", "amount": "50.50"}
    paid = cashier.made("finance/payments", {**part, "lines": [{"invoice": made["number"], "amount": "50.50"}]})
    assert still_open() == "113"
    assert cashier.post(f"finance/payments/{paid['id']}/post", version=1).status == 200
    assert still_open() == "62.5"
    (note,) = invoiced(firm, bill((came, 1, 2, "10", TAX), kind="credit", on="2026-01-16"))
    assert accountant.get(f"purchasing/invoice-matches/{note.pk}").body["amount_open"] == "22.6"
    back = cashier.post(f"finance/payments/{paid['id']}/reverse", {"posted_on": "2026-01-22"}, version=2)
    assert (back.status, still_open()) == (200, "113")
    uninvoiced(firm, note)
    reversed_now = accountant.post(f"{path}/reverse", {"posted_on": "2026-01-25"}, version=2).body["record"]
    assert (reversed_now["state"], reversed_now["amount_open"], still_open()) == ("reversed", None, None)
    for language, label in (("en", "Open amount"), ("zh-Hans", "未核销金额")):
        accountant.language = language
        meta = accountant.get("meta/documents/purchasing.invoice").body
        (section,) = [s for s in meta["sections"] if s["key"] == "totals"]
        assert section["fields"][-1] == "amount_open" and "amount_open" not in meta["columns"]
        assert meta["fields"]["amount_open"]["label"] == label
    check_invariants(firm)


def test_a_credit_note_alone_is_paid_back_to_us(firm):
    cashier = firm.person("cashier")
    _bought, came = bought_and_came(firm)
    invoiced(firm, bill((came, 1, 10, "10", TAX)))
    (note,) = invoiced(firm, bill((came, 1, 2, "10", TAX), kind="credit", on="2026-01-16"))
    (draft,) = cashier.post("purchasing/invoice-matches/convert/pay", {"ids": [note.pk]}).body["drafts"]
    assert (draft["direction"], draft["amount"]) == ("in", "22.6000")
