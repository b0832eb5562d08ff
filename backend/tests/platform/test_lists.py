"""Lists: sums over all that a filter finds, by currency, and rows of one company among several."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.platform.documents.read import tidy
from tests.books.stories import voucher
from tests.purchasing.stories import confirmed, order, receipt, received, with_suppliers
from tests.sales import stories as selling
from tests.support.world import new_world, with_basics


@pytest.fixture
def firm(world):
    with_suppliers(world)
    world.create(
        "purchasing.order",
        *(order(("BOLT", n, "10", {"tax_rate": "13"}), ordered_on=f"2026-01-{n:02}") for n in range(1, 8)),
        order(("NUT", 3, "1.25"), currency="USD"),
    )
    return world


def totals(reply):
    assert reply.status == 200, reply.body
    return [(t["currency"], t["count"], t["values"]) for t in reply.body["totals"]]


@pytest.mark.parametrize(
    ("value", "text"), [("-0.00", "0"), ("0E-8", "0"), ("-0.0100", "-0.01"), ("12.500", "12.5"), ("100", "100")]
)
def test_numbers_carry_no_idle_zeros_and_no_sign_on_nothing(value, text):
    assert tidy(Decimal(value)) == text


def test_sums_are_of_the_whole_list_by_currency_not_of_the_page(firm):
    reader = firm.person("auditor")
    reply = reader.get("purchasing/orders?limit=2&totals=amount_net,amount_gross&count=1")
    assert (len(reply.body["rows"]), reply.body["count"]) == (2, 8)
    assert totals(reply) == [
        ("CNY", 7, {"amount_net": "280", "amount_gross": "316.4"}),
        ("USD", 1, {"amount_net": "3.75", "amount_gross": "3.75"}),
    ]
    filtered = "filter[ordered_on][gte]=2026-01-06&filter[currency][eq]=CNY"
    assert totals(reader.get(f"purchasing/orders?{filtered}&totals=amount_net")) == [("CNY", 2, {"amount_net": "130"})]
    nothing = reader.get("purchasing/orders?filter[ordered_on][gte]=2027-01-01&totals=amount_net&count=1")
    assert (totals(nothing), nothing.body["count"]) == ([], 0)


def test_documents_without_a_currency_have_one_sum(firm):
    firm.create("finance.voucher", *(voucher(("560201", d, None), ("1001", None, d)) for d in ("1.10", "2.20")))
    reader = firm.person("auditor")
    expected = [(None, 2, {"amount_debit": "3.3", "amount_credit": "3.3"})]
    assert totals(reader.get("finance/vouchers?totals=amount_debit,amount_credit")) == expected
    assert totals(reader.get("finance/openings?totals=amount_debit")) == [(None, 0, {"amount_debit": "0"})]


def test_only_amounts_are_summed_and_sums_cost_one_statement(firm, statements):
    reader = firm.person("auditor")
    refused = reader.get("purchasing/orders?totals=supplier")
    assert (refused.status, refused.codes) == (400, ["query.unknown"])
    assert refused.body["errors"][0]["hint"] == "Allowed: amount_gross, amount_net, amount_tax."
    reader.get("purchasing/orders")
    with statements() as plain:
        reader.get("purchasing/orders")
    with statements() as summed:
        reader.get("purchasing/orders?totals=amount_net,amount_tax,amount_gross&count=1")
    assert len(summed) == len(plain) + 1


def test_a_list_can_be_of_one_company_and_never_of_a_foreign_one(firm):
    other = firm.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    reader, here = firm.person("auditor"), firm.person("auditor", company=firm.company_id)
    path = "purchasing/orders?count=1"
    assert reader.get(f"{path}&filter[company][eq]={firm.company_id}").body["count"] == 8
    assert reader.get(f"{path}&filter[company][eq]={other}").body["count"] == 0
    assert reader.get(f"{path}&filter[company][in]={other},{firm.company_id}").body["count"] == 8
    assert here.get(f"{path}&filter[company][eq]={other}").body["count"] == 0
    refused = reader.get(f"masterdata/items?filter[company][eq]={other}")
    assert (refused.status, refused.codes) == (400, ["query.unknown"])
    filters = [f["name"] for f in reader.get("meta/documents/purchasing.order").body["filters"]]
    assert "company" not in filters, "the company is chosen at the top, not among the filters"


@pytest.mark.parametrize("sort", ["hired_on", "-hired_on", "code", "-code", "id", "-id"])
def test_pages_follow_one_another_through_equal_values_and_none(world, sort):
    hired = ("2026-01-05", None, "2026-01-03", "2026-01-05", None, "2026-01-05", None, "2026-01-01")
    bodies = [{"code": f"E{n}", "name_en": f"Employee {n}", "hired_on": on} for n, on in enumerate(hired)]
    ids = [record.pk for record in world.create("masterdata.employee", *bodies)]
    reader = world.person("steward")
    by_date = {"hired_on": [7, 2, 0, 3, 5, 1, 4, 6], "-hired_on": [6, 4, 1, 5, 3, 0, 2, 7]}
    expected = by_date.get(sort, list(range(8))[:: -1 if sort.startswith("-") else 1])
    for limit in (1, 2, 3, 7):
        paged, cursor = [], ""
        while cursor is not None:
            page = reader.get(f"masterdata/employees?sort={sort}&limit={limit}&cursor={cursor}").body
            paged += [row["id"] for row in page["rows"]]
            cursor = page["next"]
        assert paged == [ids[n] for n in expected]


def test_words_are_found_literally(world):
    made = {"name_zh": "", "name_en": "Bolt", "category": "RM", "unit": "PCS"}
    named = (("P-1", "5%_steel"), ("P-2", "5 percent steel"), ("P-3", "back\\slash"), ("P-4", "O'Neil; --"))
    world.create("masterdata.item", *({**made, "code": code, "specification": text} for code, text in named))
    reader = world.person("steward")

    def codes(query):
        reply = reader.get(f"masterdata/items?sort=code&filter[code][starts]=p-&{query}")
        assert reply.status == 200, reply.body
        return [row["code"] for row in reply.body["rows"]]

    assert codes("filter[specification][contains]=%25_STEEL") == ["P-1"]
    assert codes("filter[specification][contains]=5_") == []
    assert codes("filter[specification][starts]=back%5C") == ["P-3"]
    assert codes("filter[specification][eq]=O'Neil;%20--") == ["P-4"]
    assert codes("search=5%25") == ["P-1"]
    assert codes("search=p-2") == ["P-2"]
    assert codes("filter[id][in]=x") == []


def named(firm):
    """Two suppliers with names in both languages, an order of each and a receipt of the first's."""
    made = {"is_supplier": True, "country": "CN"}
    firm.create(
        "masterdata.party",
        {**made, "code": "HX-77", "name_zh": "青岛海星轴承有限公司", "name_en": "Haixing Bearings", "phone": "0532-88"},
        {**made, "code": "TY-05", "name_zh": "太原铸造厂", "name_en": "Taiyuan Foundry"},
    )
    first, second = confirmed(
        firm,
        order(("BOLT", 2, "3"), supplier="HX-77", reference="spring campaign"),
        order(("NUT", 1, "4"), supplier="TY-05"),
    )
    received(firm, receipt((first, 1, 2), supplier="HX-77"))
    return first.number, second.number


def test_documents_are_found_by_whom_they_are_with(firm, statements):
    first, second = named(firm)
    reader, chinese = firm.person("auditor"), firm.person("auditor", language="zh-hans")

    def found(words, path="purchasing/orders", who=reader):
        reply = who.get(f"{path}?search={words}&count=1")
        assert reply.status == 200, reply.body
        rows = [row["number"] for row in reply.body["rows"]]
        assert reply.body["count"] == len(rows)
        return rows

    for words in ("hx-77", "海星轴承", "haixing", "qdhx", "BEARINGS%20青岛", "spring", f"haixing%20{first}", "0532-88"):
        assert found(words) == found(words, who=chinese) == [first], words
    assert found("铸造") == found("TYZZ") == [second]
    assert found("haixing%20taiyuan") == found("haixing%20铸造") == found("hx%25") == found("nobody") == []
    assert found("supplier%20one") == found("s1") and len(found("s1")) == 8
    assert len(found("haixing", "purchasing/receipts")) == 1
    assert found("taiyuan", "purchasing/receipts") == []
    with statements() as whole:
        reader.get("purchasing/orders")
    with statements() as searched:
        reader.get("purchasing/orders?search=haixing%20spring")
    assert len(whole) == len(searched)
    assert not [text for text in map(str, whole) if "found" in text or "named" in text or "search_text" in text]


def test_a_name_finds_nothing_of_another_group_or_company(firm):
    named(firm)
    other = with_suppliers(with_basics(new_world("Others")))
    outsider, elsewhere = other.person("auditor"), firm.create("platform.company", {"code": "T2", "name_en": "Second"})
    assert outsider.get("purchasing/orders?search=haixing&count=1").body["count"] == 0
    assert firm.person("auditor", company=elsewhere[0].pk).get("purchasing/orders?search=haixing").body["rows"] == []


def test_customers_find_what_they_ordered_and_what_they_were_sent(world):
    firm = selling.with_customers(world)
    firm.create("masterdata.party", {"code": "AP", "name_zh": "安平药业", "name_en": "Anping", "is_customer": True})
    sold, other = selling.confirmed(
        firm, selling.order(("BOLT", 5, "3"), customer="AP"), selling.order(("BOLT", 1, "3"))
    )
    selling.delivered(firm, selling.delivery((sold, 1, 5), customer="AP"))
    reader = firm.person("auditor")
    for path in ("sales/orders", "sales/deliveries"):
        (row,) = reader.get(f"{path}?search=apyy").body["rows"]
        assert row["customer"]["number"] == "AP"
    assert [r["number"] for r in reader.get("sales/orders?search=customer%20one").body["rows"]] == [other.number]
