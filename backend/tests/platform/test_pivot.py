"""A list summed up: exact figures, exact ways back into the list, one statement, nothing mixed that cannot be added."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from jingwei.books.charts import Standard
from jingwei.books.starting import start_books
from jingwei.platform.documents import pivot
from jingwei.platform.documents.command import run
from jingwei.platform.models import Role
from tests.books.stories import voucher
from tests.purchasing.test_orders import order, with_suppliers

PATH = "purchasing/orders/pivot"


@pytest.fixture
def firm(world):
    with_suppliers(world)
    world.create("masterdata.party", {"code": "SUP2", "name_en": "Second supplier", "is_supplier": True})
    world.create(
        "purchasing.order",
        order(("BOLT", 1, "10"), ordered_on="2025-12-31"),
        order(("BOLT", 2, "10"), ordered_on="2026-01-01"),
        order(("BOLT", 3, "10.01"), ordered_on="2026-01-31"),
        order(("BOLT", 4, "10"), ordered_on="2026-02-01", supplier="SUP2"),
        order(("NUT", 3, "1.25"), ordered_on="2026-02-02", currency="USD"),
    )
    return world


def labels(axis):
    return [key["label"] for key in axis["keys"]]


def test_sums_by_month_and_supplier_are_exact_and_lead_back_to_their_rows(firm):
    reader = firm.person("auditor")
    asked = "rows=supplier&columns=ordered_on.month&measure=amount_net&filter[currency][eq]=CNY"
    reply = reader.get(f"{PATH}?{asked}")
    assert reply.status == 200, reply.body
    made = reply.body
    assert [label.partition(" ")[0] for label in labels(made["rows"])] == ["S1", "SUP2"]
    assert labels(made["columns"]) == ["2025-12", "2026-01", "2026-02"]
    assert made["cells"] == [["10", "50.03", None], [None, None, "40"]]
    assert (made["row_totals"], made["column_totals"], made["total"]) == (
        ["60.03", "40"],
        ["10", "50.03", "40"],
        "100.03",
    )
    assert made["measure"] == {"key": "amount_net", "label": "Net amount", "currency": "CNY"}
    filters = made["rows"]["keys"][0]["filters"] | made["columns"]["keys"][1]["filters"]
    words = "&".join(f"{name}={value}" for name, value in {**filters, "filter[currency][eq]": "CNY"}.items())
    found = reader.get(f"purchasing/orders?{words}&totals=amount_net&count=1").body
    assert (found["count"], found["totals"][0]["values"]) == (2, {"amount_net": "50.03"})


def test_quarters_years_and_counts(firm):
    reader = firm.person("auditor")
    made = reader.get(f"{PATH}?rows=ordered_on.quarter&columns=currency").body
    assert (labels(made["rows"]), labels(made["columns"])) == (["2025-Q4", "2026-Q1"], ["CNY", "USD"])
    assert (made["cells"], made["total"]) == ([["1", None], ["3", "1"]], "5")
    years = reader.get(f"{PATH}?rows=ordered_on.year").body
    assert (labels(years["rows"]), years["columns"], years["cells"]) == (["2025", "2026"], None, [["1"], ["4"]])
    chinese = firm.person("auditor", language="zh-Hans").get(f"{PATH}?rows=state").body
    assert (chinese["rows"]["label"], labels(chinese["rows"]), chinese["measure"]["label"]) == (
        "状态",
        ["草稿"],
        "记录数",
    )


def test_a_day_without_a_date_is_a_place_of_its_own(firm):
    reader = firm.person("auditor")
    made = reader.get(f"{PATH}?rows=requested_on.month").body
    empty = made["rows"]["keys"][-1]
    assert (empty["label"], empty["filters"]) == ("(empty)", {"filter[requested_on][null]": "true"})
    assert reader.get("purchasing/orders?filter[requested_on][null]=true&count=1").body["count"] == 5


def test_amounts_of_several_currencies_are_not_added_up(firm):
    reader = firm.person("auditor")
    refused = reader.get(f"{PATH}?rows=supplier&measure=amount_net")
    assert (refused.status, refused.codes) == (422, ["pivot.currencies"])
    assert "(CNY, USD)" in refused.body["errors"][0]["message"]
    told = reader.get(f"{PATH}?rows=supplier&columns=currency&measure=amount_net").body
    assert told["cells"] == [["60.03", "3.75"], ["40", None]]
    assert (told["column_totals"], told["row_totals"], told["total"]) == (["100.03", "3.75"], None, None)
    turned = reader.get(f"{PATH}?rows=currency&columns=supplier&measure=amount_net").body
    assert (turned["column_totals"], turned["row_totals"], turned["total"]) == (None, ["100.03", "3.75"], None)


def test_companies_that_keep_books_in_different_currencies_are_not_mixed(firm):
    other = firm.create("platform.company", {"code": "T2", "name_en": "Second", "currency": "USD"})[0].pk
    there = replace(firm, company_id=other)
    run(there.actor, lambda c: start_books(c, other, standard=Standard.SBE, starts_on=date(2026, 1, 1)))
    for world in (firm, there):
        world.create("finance.voucher", voucher(("560201", "5.10", None), ("1001", None, "5.10")))
    reader = firm.person("auditor")
    refused = reader.get("finance/vouchers/pivot?rows=company&measure=amount_debit")
    assert (refused.status, refused.codes) == (422, ["pivot.currencies"])
    made = reader.get(f"finance/vouchers/pivot?rows=state&measure=amount_debit&filter[company][eq]={other}").body
    assert (made["measure"]["currency"], made["total"]) == ("USD", "5.1")


def test_too_large_a_table_is_refused_by_name(firm, monkeypatch):
    monkeypatch.setattr(pivot, "MOST_CELLS", 3)
    reader = firm.person("auditor")
    refused = reader.get(f"{PATH}?rows=supplier&columns=ordered_on.month")
    assert (refused.status, refused.codes) == (422, ["pivot.too_large"])
    assert reader.get(f"{PATH}?rows=supplier").status == 200


def test_words_it_does_not_know_are_refused_with_what_it_knows(firm):
    reader = firm.person("auditor")
    for words in ("", "rows=note", "rows=ordered_on", "rows=state&columns=number", "rows=state&measure=number"):
        refused = reader.get(f"{PATH}?{words}")
        assert (refused.status, refused.codes) == (400, ["query.unknown"]), words
    for words in ("sort=number", "limit=5", "format=pdf"):
        assert reader.get(f"{PATH}?rows=state&{words}").codes == ["query.unknown"]


def test_only_what_may_be_seen_is_counted(firm):
    other = firm.create("platform.company", {"code": "T2", "name_en": "Second", "name_zh": "第二"})[0].pk
    assert firm.person("auditor", company=other).get(f"{PATH}?rows=state").body["total"] == "0"
    assert firm.person("auditor", company=firm.company_id).get(f"{PATH}?rows=state").body["total"] == "5"
    Role.objects.create(group=firm.group, key="goods", name_en="Goods", permissions=["masterdata.*"])
    refused = firm.person("goods").get(f"{PATH}?rows=state")
    assert (refused.status, refused.codes) == (403, ["permission.denied"])


def test_it_costs_one_statement_more_than_its_words(firm, statements):
    reader = firm.person("auditor")
    reader.get(f"{PATH}?rows=state")
    with statements() as few:
        reader.get(f"{PATH}?rows=supplier&columns=ordered_on.month")
    firm.create("purchasing.order", *(order(("BOLT", 1, "1"), ordered_on=f"2026-{m:02}-01") for m in range(3, 12)))
    with statements() as many:
        reader.get(f"{PATH}?rows=supplier&columns=ordered_on.month")
    assert len(few) == len(many)
    assert len([s for s in many if "GROUP BY" in str(s)]) == 1


def test_the_file_says_what_the_screen_says(firm):
    reader = firm.person("owner")
    asked = "rows=supplier&columns=ordered_on.year&measure=amount_net&filter[currency][eq]=CNY&format=xlsx"
    content = reader.get(f"{PATH}?{asked}").body
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [[str(cell).partition(" ")[0] for cell in row] for row in rows] == [
        ["Supplier", "2025", "2026", "Total"],
        ["S1", "10.0", "50.03", "60.03"],
        ["SUP2", "", "40.0", "40.0"],
        ["Total", "10.0", "90.03", "100.03"],
    ]
