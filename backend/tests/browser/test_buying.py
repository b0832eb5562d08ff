"""A purchase through four pairs of hands: the buyer confirms, the keeper receives, the accountant enters the invoice;
the price rose, so the controller releases it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Person

YEAR = datetime.now(UTC).year  # the demo company keeps the books of the year it was made in


def ordered(buyer: Person, steward: Person, code: str) -> Any:
    """A draft order of 40 bells at 5.00."""
    item = {"code": code, "name_zh": "车铃", "name_en": "Bell", "category": "RM", "unit": "PCS"}
    steward.call("POST", "masterdata/items", item)
    line = {"item": code, "quantity": "40", "price": "5", "tax_rate": "13"}
    body = {"supplier": "S-0002", "ordered_on": f"{YEAR}-02-02", "lines": [line]}
    return buyer.call("POST", "purchasing/orders", body)


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)


def stands(page: Page, words: str) -> None:
    """The state beside the heading."""
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text(words)


def stored(someone: Person) -> Any:
    """The record of the page that is open."""
    return someone.call("GET", re.sub(r"^.*?//[^/]+/", "", someone.page.url))


def test_an_order_is_received_invoiced_and_released(person: Callable[..., Person]) -> None:
    buyer, keeper = person("buyer"), person("keeper", "zh-Hans")
    accountant, controller = person("accountant", "zh-Hans"), person("controller")
    order = ordered(buyer, person("steward"), "RM-7501")
    address = f"/purchasing/orders/{order['id']}"
    page = buyer.page
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_contain_text(order["number"])
    page.get_by_test_id("action-confirm").click()
    stands(page, "Confirmed")
    expect(page.get_by_test_id("convert-invoice")).to_have_count(0)  # who orders does not enter invoices

    page = keeper.page
    page.goto(address)
    page.get_by_test_id("convert-receive").click()
    expect(page).to_have_url(re.compile("/purchasing/receipts/new"))
    page.get_by_role("textbox", name="收货时间").fill(f"{YEAR}-02-05 09:30")
    page.get_by_role("textbox", name="数量，第 1 行").fill("30")
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "已记账")
    receipt = stored(keeper)
    assert (receipt["amount"], receipt["lines"][0]["quantity"]) == ("150", "30")
    page.get_by_test_id("convert-return").click()
    expect(page).to_have_url(re.compile("/purchasing/returns/new"))
    page.get_by_role("textbox", name="退货时间").fill(f"{YEAR}-02-06 10:00")
    page.get_by_role("textbox", name="数量，第 1 行").fill("2")
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "已记账")
    assert stored(keeper)["amount"] == "10"

    page = accountant.page
    page.goto(f"/purchasing/receipts/{receipt['id']}")
    page.get_by_test_id("convert-invoice").click()
    expect(page).to_have_url(re.compile("/purchasing/invoice-matches/new"))
    expect(page.get_by_role("textbox", name="数量，第 1 行")).to_have_value("28")
    page.get_by_role("textbox", name="供应商发票号").fill("INV-7501")
    page.get_by_role("textbox", name="发票日期").fill(f"{YEAR}-02-08")
    page.get_by_role("textbox", name="记账日期").fill(f"{YEAR}-02-08")
    page.get_by_role("textbox", name="单价，第 1 行").fill("6")
    page.get_by_role("textbox", name="单价，第 1 行").press("Enter")
    expect(page.locator("tfoot [data-total=amount_gross]")).to_have_text("189.84")
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "已记账")
    expect(page.locator("[data-field=variances] .field-value")).to_have_text(
        "第 1 行：不含税 168.00，按订单应为 140.00。"
    )
    expect(page.get_by_test_id("action-release")).to_have_count(0)  # who enters invoices does not release them
    invoice = stored(accountant)
    assert (invoice["is_blocked"], invoice["lines"][0]["amount_difference"]) == (True, "28")

    page = controller.page
    page.goto(f"/purchasing/invoice-matches/{invoice['id']}")
    page.get_by_test_id("action-release").click()
    dialog = page.get_by_role("dialog", name="Release for payment")
    dialog.get_by_role("textbox", name="Reason").fill("Price list of February")
    dialog.get_by_role("button", name="Release for payment").click()
    expect(page.locator("[data-field=release_reason] .field-value")).to_have_text("Price list of February")
    assert stored(controller)["is_blocked"] is False

    page = buyer.page
    page.goto(address)
    expect(page.locator("tbody").first).to_contain_text("28")
    line = stored(buyer)["lines"][0]
    assert (line["quantity_received"], line["quantity_invoiced"]) == ("28", "28")
