"""A sale through four pairs of hands: the clerk types an order of twenty lines without the mouse, the keeper delivers,
the accountant invoices, the cashier collects; the home page shows it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Person

YEAR = datetime.now(UTC).year  # the demo company keeps the books of the year it was made in
LINES = 20


def stored(someone: Person) -> Any:
    """The record of the page that is open."""
    return someone.call("GET", re.sub(r"^.*?//[^/]+/", "", someone.page.url))


def stands(page: Page, words: str) -> None:
    """The state beside the heading."""
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text(words)


def stocked(owner: Person, steward: Person, count: int) -> list[str]:
    """Items of the test's own with 100 of each in the warehouse; item n cost n."""
    codes = [f"RM-76{n:02}" for n in range(1, count + 1)]
    for code in codes:
        item = {"code": code, "name_zh": f"零件 {code}", "name_en": f"Part {code}", "category": "RM", "unit": "PCS"}
        steward.call("POST", "masterdata/items", item)
    lines = [
        {"item": code, "location": "A-01", "quantity": "100", "price": str(n)} for n, code in enumerate(codes, start=1)
    ]
    body = {"moved_at": f"{YEAR}-02-01T01:00:00Z", "reason": "Test", "lines": lines}
    made = owner.call("POST", "warehouse/other-ins", body)
    owner.act("warehouse/other-ins", made, "post")
    return codes


def sold(manager: Person) -> Decimal:
    """Revenue of February on the home page."""
    figures = manager.call("GET", "home")["figures"]
    trend = next(one for one in figures if one["key"] == "revenue")["trend"]
    return next(Decimal(point["value"]) for point in trend if point["period"] == f"{YEAR}-02")


def typed_order(page: Page, codes: list[str]) -> None:
    """By keyboard alone: customer, date, then code, quantity and price of each line; the tax is typed once."""
    keys = page.keyboard
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keys.press("Control+k")
    keys.type("new sales order")
    expect(page.get_by_role("option").filter(has_text="Sales order")).to_have_count(1)
    keys.press("Enter")
    expect(page.get_by_role("combobox", name="Customer", exact=True)).to_be_focused()
    keys.type("C-0001")
    expect(page.get_by_role("option").filter(has_text="C-0001")).to_be_visible()
    keys.press("Tab")
    expect(page.get_by_role("combobox", name="Customer", exact=True)).to_have_value("C-0001 Example Bike Shop Shanghai")
    page.get_by_role("textbox", name="Order date").focus()
    keys.type(f"{YEAR}-02-10")
    page.get_by_role("combobox", name="Item, line 1", exact=True).focus()
    for n, code in enumerate(codes, start=1):
        expect(page.get_by_role("combobox", name=f"Item, line {n}", exact=True)).to_be_focused()
        keys.type(code)
        keys.press("Enter")
        expect(page.get_by_role("textbox", name=f"Quantity, line {n}", exact=True)).to_be_focused()
        keys.type(str(n))
        keys.press("Enter")
        expect(page.get_by_role("textbox", name=f"Unit price, line {n}", exact=True)).to_be_focused()
        keys.type(f"{n * 2}.5")
        keys.press("Enter")
        if n == 1:
            expect(page.get_by_role("textbox", name="Tax rate %, line 1", exact=True)).to_be_focused()
            keys.type("13")
            keys.press("Enter")


def test_an_order_of_twenty_lines_is_delivered_invoiced_and_collected(person: Callable[..., Person]) -> None:
    clerk, owner, manager = person("clerk"), person("owner"), person("manager")
    before = sold(manager)
    codes = stocked(owner, person("steward", "zh-Hans"), LINES)
    page = clerk.page
    typed_order(page, codes)
    net = sum((Decimal(n) * (Decimal(n) * 2 + Decimal("0.5")) for n in range(1, LINES + 1)), Decimal(0))
    expect(page.locator("tfoot [data-total=amount_net]")).to_have_text(f"{net:,.2f}")
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    order = stored(clerk)
    assert (len(order["lines"]), Decimal(order["amount_net"])) == (LINES, net)
    assert {line["tax_rate"] for line in order["lines"]} == {"13"}, "typed once, taken over below"
    page.get_by_test_id("action-confirm").click()
    stands(page, "Confirmed")
    assert {line["quantity_reserved"] for line in stored(clerk)["lines"]} == {str(n) for n in range(1, LINES + 1)}
    expect(page.get_by_test_id("convert-deliver")).to_have_count(0)  # who sells does not send goods out
    address = page.url

    keeper = person("keeper")
    page = keeper.page
    page.goto(address)
    page.get_by_test_id("convert-deliver").click()
    expect(page).to_have_url(re.compile("/sales/deliveries/new"))
    page.get_by_role("textbox", name="Shipped at").fill(f"{YEAR}-02-12 09:00")
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")
    delivery = page.url
    page.get_by_role("tab", name="Postings").click()
    expect(page.locator(".moves li")).to_have_count(LINES)

    accountant = person("accountant")
    page = accountant.page
    page.goto(delivery)
    page.get_by_test_id("convert-invoice").click()
    expect(page).to_have_url(re.compile("/sales/billings/new"))
    page.get_by_role("textbox", name="Invoice date").fill(f"{YEAR}-02-13")
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")
    invoice = stored(accountant)
    assert Decimal(invoice["amount_open"]) == Decimal(invoice["amount_gross"]) == Decimal(order["amount_gross"])
    billing = page.url

    cashier = person("cashier")
    page = cashier.page
    page.goto(billing)
    page.get_by_test_id("convert-collect").click()
    expect(page).to_have_url(re.compile("/finance/payments/new"))
    page.get_by_role("textbox", name="Date", exact=True).fill(f"{YEAR}-02-20")
    page.get_by_role("combobox", name="Bank or cash account").fill("1002")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")
    assert Decimal(cashier.call("GET", re.sub(r"^.*?//[^/]+/", "", billing))["amount_open"]) == 0

    assert sold(manager) - before == net
    page = manager.page
    page.goto("/")
    expect(page.get_by_test_id("figure-revenue")).to_be_visible()
