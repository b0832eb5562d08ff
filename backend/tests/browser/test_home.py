"""The home page at work: figures that open what they are made of, work that is done from here, any page and any new
record by keyboard."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person


def test_a_figure_opens_what_it_is_made_of_and_the_number_is_the_same(person: Callable[..., Person]) -> None:
    page = person("controller").page
    page.goto("/")
    stock = page.get_by_test_id("figure-stock")
    value = stock.locator(".figure-value")
    expect(value).to_have_text(re.compile(r"^[\d,]+\.\d\d$"))
    shown = value.inner_text()
    expect(stock.get_by_role("img", name=re.compile("^Stock value, "))).to_be_visible()
    value.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Key figures by month")
    total = page.get_by_role("table").locator("tfoot td").first
    expect(total).to_have_text(shown)
    page.get_by_role("table").locator("tbody td a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Account ledger")


def test_work_that_waits_leads_to_the_list_that_has_it(person: Callable[..., Person]) -> None:
    accountant, controller = person("accountant"), person("controller")
    lines = [{"account": "560208", "debit": "45.00"}, {"account": "1001", "credit": "45.00"}]
    accountant.call("POST", "finance/vouchers", {"posted_on": "2026-03-05", "summary": "Stamps", "lines": lines})
    page = controller.page
    page.goto("/")
    task = page.get_by_test_id("task-finance.voucher.review")
    count = task.locator(".work-count").inner_text()
    assert int(count) > 0
    task.get_by_role("link", name="Review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vouchers")
    expect(page.get_by_test_id("list-count")).to_have_text(count)
    mine = accountant.page
    mine.goto("/")
    expect(mine.get_by_role("heading", name="What waits for you")).to_be_visible()
    expect(mine.get_by_test_id("task-finance.voucher.review")).to_have_count(0)


def test_anything_new_by_keyboard(person: Callable[..., Person]) -> None:
    page = person("buyer", "zh-Hans").page
    page.goto("/")
    expect(page.get_by_role("heading", name="待我处理")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("xz cgdd")
    option = page.get_by_role("option").filter(has_text="采购订单")
    expect(option).to_have_count(1)
    expect(option).to_contain_text("新增")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/purchasing/orders/new$"))
    page.keyboard.press("Control+k")
    page.keyboard.type("new goods receipt")
    expect(page.locator(".palette-none")).to_contain_text("没有找到")


def test_on_a_phone_figures_stand_two_by_two_and_nothing_runs_off_the_screen(person: Callable[..., Person]) -> None:
    page = person("manager").page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    first, second = page.get_by_test_id("figure-cash"), page.get_by_test_id("figure-receivables")
    expect(second).to_be_visible()
    boxes = [one.bounding_box() for one in (first, second)]
    assert boxes[0] is not None and boxes[1] is not None
    assert boxes[0]["y"] == boxes[1]["y"]
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
