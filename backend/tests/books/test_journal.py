"""Vouchers and the journal, through HTTP: the story of a first month, and everything that is refused on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.models import JournalEntry, JournalLine, OpenItem, VoucherNumber
from jingwei.finance.models import Voucher
from jingwei.platform.documents.perform import perform
from tests.books.stories import OFFICE, posted, voucher, with_books
from tests.support.rules import check_invariants


@pytest.fixture
def books(world):
    return with_books(world)


def test_a_voucher_is_prepared_reviewed_posted_and_reversed(books):
    maker, checker = books.person("accountant"), books.person("controller")
    made = maker.made("finance/vouchers", voucher(*OFFICE))
    assert (made["state"], made["amount_debit"], made["number"]) == ("draft", "300", "")
    path = f"finance/vouchers/{made['id']}"
    own = maker.post(f"{path}/review", version=1)
    assert own.status == 403, "an accountant prepares, a controller reviews"
    assert checker.post(f"{path}/review", version=1).body["state"] == "reviewed"
    posted = checker.post(f"{path}/post", version=2)
    assert (posted.status, posted.body["state"], posted.body["record"]["number"]) == (200, "posted", "记-2026-11-0001")
    lines = JournalLine.objects.filter(group=books.group).order_by("line")
    assert [(x.account.code, x.debit, x.credit) for x in lines] == [("560201", 300, 0), ("1001", 0, 300)]
    edit = maker.patch(path, {"summary": "other"}, version=3)
    assert (edit.status, edit.codes) == (409, ["doc.posted"])
    gone = checker.post(f"{path}/reverse", {"posted_on": "2026-12-01"}, version=3)
    assert (gone.status, gone.body["state"]) == (200, "reversed")
    numbers = VoucherNumber.objects.filter(group=books.group).order_by("id").values_list("period__code", "number")
    assert list(numbers) == [("2026-11", 1), ("2026-12", 1)]
    red = JournalEntry.objects.get(group=books.group, reverses__isnull=False)
    amounts = JournalLine.objects.filter(entry=red).order_by("line").values_list("debit", "credit")
    assert list(amounts) == [(Decimal(-300), 0), (0, Decimal(-300))]
    check_invariants(books)


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ((("560201", "300.01", None), ("1001", None, "300.00")), "voucher.unbalanced", None),
        ((("560201", "300.00", None),), "doc.no_lines", "lines"),
        ((("5602", "300.00", None), ("1001", None, "300.00")), "account.header", "lines.0.account"),
        ((("112201", "300.00", None), ("1001", None, "300.00")), "account.party_missing", "lines.0.party"),
        ((("140301", "300.00", None), ("1001", None, "300.00")), "account.control", "lines.0.account"),
        ((("560201", "300.00", "1.00"), ("1001", None, "299.00")), "voucher.line_side", "lines.0.debit"),
        ((("560201", None, None), ("1001", None, None)), "voucher.line_side", "lines.0.debit"),
        ((("560201", "300.001", None), ("1001", None, "300.001")), "amount.scale", "lines.0.debit"),
        ((("560201", "NaN", None), ("1001", None, "1.00")), "number.invalid", "lines.0.debit"),
        ((("560201", "1e400", None), ("1001", None, "1.00")), "number.invalid", "lines.0.debit"),
        ((("999999", "1.00", None), ("1001", None, "1.00")), "reference.unknown", "lines.0.account"),
    ],
)
def test_bad_vouchers_are_named_by_line_and_not_saved(books, lines, code, field):
    maker = books.person("accountant")
    for language in ("en", "zh-Hans"):
        maker.language = language
        reply = maker.post("finance/vouchers", voucher(*lines))
        assert reply.status == 422
        assert (code, field) in [(e["code"], e["field"]) for e in reply.body["errors"]]
    assert Voucher.objects.filter(group=books.group).count() == 0


@pytest.mark.parametrize(
    "day", ["0001-01-01", "2999-01-01", "2026-02-31", "2027-02-29", "03/04/2026", "2026-11-22T10:00:00Z"]
)
def test_impossible_and_ambiguous_dates_are_refused(books, day):
    reply = books.person("accountant").post("finance/vouchers", voucher(*OFFICE, on=day))
    assert (reply.status, reply.codes, reply.body["errors"][0]["field"]) == (422, ["date.invalid"], "posted_on")


def test_nobody_reviews_their_own_voucher_not_even_the_owner(books):
    owner = books.person("owner")
    made = owner.made("finance/vouchers", voucher(*OFFICE))
    reply = owner.post(f"finance/vouchers/{made['id']}/review", version=1)
    assert (reply.status, reply.codes) == (409, ["voucher.same_person"])
    assert owner.get(f"finance/vouchers/{made['id']}").body["state"] == "draft"


def test_nothing_is_posted_outside_the_open_periods(books):
    owner, checker = books.person("owner"), books.person("controller")
    late = owner.made("finance/vouchers", voucher(*OFFICE, on="2026-01-15"))
    far = owner.made("finance/vouchers", voucher(*OFFICE, on="2027-01-15"))
    for made in (late, far):
        assert checker.post(f"finance/vouchers/{made['id']}/review", version=1).status == 200
    january = owner.get("books/periods?filter[code][eq]=2026-01").body["rows"][0]
    closed = owner.post(f"books/periods/{january['id']}/close", {}, version=1)
    assert (closed.status, closed.body["state"]) == (200, "closed")
    assert all(lock["is_closed"] for lock in closed.body["record"]["locks"])
    reply = checker.post(f"finance/vouchers/{late['id']}/post", version=2)
    assert (reply.status, reply.codes) == (409, ["period.closed"])
    assert reply.body["errors"][0]["first_open_date"] == "2026-02-01"
    assert checker.post(f"finance/vouchers/{far['id']}/post", version=2).codes == ["period.missing"]
    assert JournalEntry.objects.filter(group=books.group).count() == 0
    same = owner.post(f"books/periods/{january['id']}/reopen", {"reason": "late invoice"}, version=2)
    assert same.codes == ["period.same_person"]
    again = checker.post(f"books/periods/{january['id']}/reopen", {"reason": "late invoice"}, version=2)
    assert (again.status, again.body["state"]) == (200, "open")
    assert checker.post(f"finance/vouchers/{late['id']}/post", version=2).status == 200
    check_invariants(books)


def test_areas_close_in_order_and_periods_one_after_the_other(books):
    owner = books.person("owner")
    first, second = owner.get("books/periods?limit=2").body["rows"]
    early = owner.post(f"books/periods/{second['id']}/close", {}, version=1)
    assert (early.status, early.codes) == (409, ["period.order"])
    sales = owner.post(f"books/periods/{first['id']}/close", {"area": "sales"}, version=1)
    assert sales.codes == ["period.order"], "purchasing comes before sales"
    bought = owner.post(f"books/periods/{first['id']}/close", {"area": "purchasing"}, version=1)
    assert (bought.status, bought.body["state"]) == (200, "open")
    assert [x["is_closed"] for x in bought.body["record"]["locks"]] == [True] + [False] * 6
    assert owner.post(f"books/periods/{first['id']}/close", {"area": "nope"}, version=2).codes == ["area.unknown"]


def test_three_voucher_types_number_each_by_itself(world):
    books = with_books(world, voucher_scheme="three")
    rows = [
        voucher(("1001", "50.00", None), ("1002", None, "50.00"), voucher_type="转"),
        voucher(("560201", "9.00", None), ("1001", None, "9.00"), voucher_type="付"),
        voucher(("560201", "8.00", None), ("1001", None, "8.00"), voucher_type="付"),
    ]
    numbers = [v.number for v in posted(books, *rows)]
    assert numbers == ["转-2026-11-0001", "付-2026-11-0001", "付-2026-11-0002"]
    check_invariants(books)


def test_posting_many_costs_the_same_statements_as_one(books, statements):
    one, *many = books.create("finance.voucher", *(voucher(*OFFICE) for _ in range(31)))
    actor = books.acting(books.person("controller"))
    perform("finance.voucher", [v.pk for v in (one, *many)], "review", actor=actor)
    with statements(at_most=20) as few:
        perform("finance.voucher", [one.pk], "post", actor=actor)
    with statements() as all_of_them:
        perform("finance.voucher", [v.pk for v in many], "post", actor=actor)
    assert len(few) == len(all_of_them)
    numbers = VoucherNumber.objects.filter(group=books.group).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 32))
    check_invariants(books)


def test_opening_balances_reach_control_accounts_by_party(books):
    books.create("masterdata.party", {"code": "C1", "name_en": "Customer", "is_customer": True})
    lines = (
        ("1002", "900.00", None),
        ("112201", "113.00", None, {"party": "C1", "due_on": "2026-01-31"}),
        ("3001", None, "1013.00"),
    )
    (made,) = posted(books, voucher(*lines, on="2026-01-01"), key="finance.opening")
    entry = JournalEntry.objects.get(document_id=made.pk)
    assert (entry.kind, made.number) == ("opening", "记-2026-01-0001")
    item = OpenItem.objects.get(group=books.group)
    assert (item.amount, item.open, str(item.due_on), item.party.code) == (113, 113, "2026-01-31", "C1")
    assert books.person("accountant").get("finance/vouchers").body["rows"] == [], "openings are a view of their own"
    check_invariants(books)


def test_foreign_currency_balances_in_both(books):
    usd = {"currency": "USD", "amount_currency": "100.00", "rate": "7.2134"}
    posted(books, voucher(("1002", None, "721.34", usd), ("560201", "721.34", None, usd)))
    rows = JournalLine.objects.filter(group=books.group).order_by("line").values_list("amount_currency", "currency_id")
    assert list(rows) == [(-100, "USD"), (100, "USD")]
    maker = books.person("accountant")
    bad = voucher(("1002", None, "721.34", {"currency": "USD"}), ("560201", "721.34", None))
    assert "rate.missing" in maker.post("finance/vouchers", bad).codes
    check_invariants(books)


def test_reverse_and_copy_gives_a_linked_draft(books):
    (made,) = posted(books, voucher(*OFFICE))
    owner = books.person("owner")
    drafts = owner.post("finance/vouchers/convert/copy", {"ids": [made.pk]}).body["drafts"]
    assert (len(drafts), drafts[0]["sources"]) == (1, [made.pk])
    copied = owner.made("finance/vouchers", drafts[0])
    assert [(x["account"]["number"], x["debit"], x["credit"]) for x in copied["lines"]] == [
        ("560201", "300", "0"),
        ("1001", "0", "300"),
    ]
    links = owner.get(f"finance/vouchers/{copied['id']}/links").body["rows"]
    assert [(x["id"], x["relation"], x["number"]) for x in links] == [(made.pk, "source", "记-2026-11-0001")]


def test_an_account_with_entries_keeps_its_kind_and_place(books):
    posted(books, voucher(*OFFICE))
    owner = books.person("owner")
    cash = owner.get("books/accounts?filter[code][eq]=1001").body["rows"][0]
    path = f"books/accounts/{cash['id']}"
    assert owner.patch(path, {"type": "liability"}, version=cash["version"]).codes == ["account.used"]
    child = {"code": "100101", "name_zh": "门店", "type": "asset", "normal_balance": "debit", "parent": "1001"}
    assert owner.post("books/accounts", child).codes == ["account.leaf_used"]
    owner.made("books/accounts", {**child, "code": "100201", "name_zh": "工行", "parent": "1002"})
    assert owner.get("books/accounts?filter[code][eq]=1002").body["rows"][0]["is_postable"] is False
    on_header = owner.post("finance/vouchers", voucher(("560201", "1", None), ("1002", None, "1")))
    assert "account.header" in on_header.codes
