"""A list summed up: exact figures, from a cell to its records, as a chart, as a file; refused where nothing adds up."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.people import Person

YEAR = 2031
DRAWN = """(canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one)"""


def sold(owner: Person, customer: str, month: int, quantity: int, **more: object) -> None:
    lines = [{"item": "FG-0001", "quantity": str(quantity), "price": "100.05", "tax_rate": "0"}]
    body = {"customer": customer, "ordered_on": f"{YEAR}-{month:02}-15", "currency": "CNY", "lines": lines, **more}
    owner.call("POST", "sales/orders", body)


def cells(page: Page) -> list[list[str]]:
    rows = page.get_by_role("table").locator("tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def test_a_list_is_summed_up_and_every_figure_opens_its_records(person: Callable[..., Person]) -> None:
    owner = person("owner")
    page = owner.page
    for customer, month, quantity in (("C-0001", 1, 1), ("C-0001", 1, 2), ("C-0001", 2, 4), ("C-0002", 2, 8)):
        sold(owner, customer, month, quantity)
    year = f"filter[ordered_on][gte]={YEAR}-01-01"
    page.goto(f"/sales/orders?{year}")
    expect(page.get_by_test_id("list-count")).to_have_text("4")
    page.get_by_text("Pivot", exact=True).click()
    table = page.get_by_role("table", name="Sales orders: Total with tax")
    expect(table).to_be_visible()
    found = cells(page)
    assert found[0] == ["Customer", f"{YEAR}-01", f"{YEAR}-02", "Total"]
    assert [row[1:] for row in found[1:]] == [
        ["300.15", "400.20", "700.35"],
        ["–", "800.40", "800.40"],
        ["300.15", "1,200.60", "1,500.75"],
    ]
    table.get_by_role("button", name="Total").click()  # the largest first
    expect(table.get_by_role("row").nth(1)).to_contain_text("C-0002")

    table.get_by_role("link", name="300.15").first.click()
    expect(page.get_by_test_id("list-count")).to_have_text("2")
    expect(page.locator("tfoot [data-total=amount_gross]")).to_have_text("300.15")
    expect(page.get_by_role("button", name="Filter by Customer")).to_contain_text("C-0001")
    page.go_back()
    expect(table).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    sheet = CalamineWorkbook.from_path(str(Path(download.value.path()))).get_sheet_by_index(0).to_python()
    assert Decimal(str(sheet[-1][-1])) == Decimal("1500.75")

    page.get_by_test_id("shown-stacked").click()
    chart = page.get_by_test_id("chart")
    expect(chart.locator("canvas")).to_be_visible()
    expect(page).to_have_url(re.compile("shown=stacked"))
    page.reload()
    expect(chart.locator("canvas")).to_be_visible()
    drawn = (
        "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one)"
    )
    assert chart.locator("canvas").evaluate(drawn)
    box = chart.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.73, box["y"] + box["height"] * 0.9)  # the foot of February
    expect(page.get_by_role("button", name="Filter by Order date")).to_contain_text(f"≤ {YEAR}-02-28")
    expect(page.get_by_test_id("list-count")).to_have_text("1")


def test_amounts_that_cannot_be_added_up_say_so_with_the_way_out(person: Callable[..., Person]) -> None:
    owner = person("owner", "zh-Hans")
    page = owner.page
    sold(owner, "C-0001", 3, 1)
    sold(owner, "C-0001", 3, 1, currency="USD", rate="7.1")
    page.goto(f"/sales/orders?view=pivot&filter[ordered_on][gte]={YEAR}-03-01")
    expect(page.get_by_role("alert")).to_contain_text("不能相加")
    page.get_by_role("button", name="按币种分组").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader", name="USD")).to_be_visible()
    expect(table.locator("tfoot td")).to_have_text(["100.05", "100.05"])


def test_a_report_is_a_chart_too_and_a_bar_opens_what_it_is_made_of(person: Callable[..., Person]) -> None:
    page = person("controller").page
    page.goto("/reports/insight.key-figures?figure=stock")
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_test_id("shown-stacked").click()
    chart = page.get_by_test_id("chart")
    expect(chart).to_have_attribute("aria-label", re.compile("^Key figures by month"))
    expect(chart.locator("canvas")).to_be_visible()
    assert chart.locator("canvas").evaluate(DRAWN)
    page.reload()  # this browser keeps how the report was shown
    expect(chart.locator("canvas")).to_be_visible()
    box = chart.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.94, box["y"] + box["height"] * 0.91)  # the foot of the last month
    expect(page.get_by_role("heading", level=1)).to_contain_text("Account ledger")
