"""Saved views: what is looked at is kept under a name, comes back, opens first, is shared, renamed and deleted."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person


def choose(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_test_id("views").click()
    page.get_by_role("menuitem", name=name).click()


def test_a_view_is_kept_opens_first_is_shared_renamed_and_deleted(person: Callable[..., Person]) -> None:
    page = person("steward").page
    views, count = page.get_by_test_id("views"), page.get_by_test_id("list-count")
    heads = page.get_by_role("table", name="Items").get_by_role("columnheader")
    page.goto("/masterdata/items?filter[tracking][in]=serial&sort=-code")
    expect(count).to_have_text("1")
    standard = heads.all_inner_texts()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="GTIN").click()
    page.keyboard.press("Escape")
    expect(heads.filter(has_text="GTIN")).to_have_count(1)
    choose(page, "Keep as a new view …")
    dialog = page.get_by_role("dialog", name="Keep as a view")
    dialog.get_by_role("textbox", name="Name").fill("By serial")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(views).to_contain_text("By serial")

    choose(page, "Standard")
    expect(page).to_have_url(re.compile("/masterdata/items$"))
    expect(count).not_to_have_text("1")
    page.evaluate("localStorage.clear()")  # the view is kept by the server, not by this browser
    page.goto("/masterdata/items")
    expect(heads).to_have_text(standard)
    choose(page, "By serial")
    expect(count).to_have_text("1")
    expect(heads.filter(has_text="GTIN")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"filter%5Btracking%5D%5Bin%5D=serial&sort=-code$"))
    choose(page, "Open this one first")
    page.goto("/masterdata/items")
    expect(views).to_contain_text("By serial")
    expect(count).to_have_text("1")

    choose(page, "Rename or share …")
    dialog = page.get_by_role("dialog", name="View")
    dialog.get_by_role("textbox", name="Name").fill("Serial numbers")
    dialog.get_by_role("combobox", name="Who has it").click()
    page.get_by_title("Everybody in this company").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(views).to_contain_text("Serial numbers")

    theirs = person("clerk", "zh-Hans").page
    theirs.goto("/masterdata/items")
    choose(theirs, re.compile("Serial numbers"))
    expect(theirs.get_by_test_id("list-count")).to_have_text("1")
    theirs.get_by_test_id("views").click()
    expect(theirs.get_by_role("menuitem", name="设为默认视图")).to_be_visible()
    expect(theirs.get_by_role("menuitem", name=re.compile("删除|重命名"))).to_have_count(0)

    choose(page, "Delete “Serial numbers”")
    page.goto("/masterdata/items")
    expect(views).to_have_text(re.compile("^Views"))
    expect(count).not_to_have_text("1")


def test_a_view_of_a_pivot_and_of_a_report(person: Callable[..., Person]) -> None:
    page = person("controller").page
    page.goto("/finance/vouchers?view=pivot&rows=state&columns=posted_on.quarter&measure=count&shown=bar")
    expect(page.get_by_test_id("chart").locator("canvas")).to_be_visible()
    choose(page, "Keep as a new view …")
    page.get_by_role("textbox", name="Name").fill("States")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("views")).to_contain_text("States")
    choose(page, "Standard")
    expect(page.get_by_test_id("chart")).to_have_count(0)
    choose(page, "States")
    expect(page.get_by_test_id("chart").locator("canvas")).to_be_visible()

    page.goto("/reports/books.trial-balance?from_on=2026-02-01&to_on=2026-02-28")
    expect(page.get_by_test_id("report-stamp")).to_be_visible()
    choose(page, "Keep as a new view …")
    page.get_by_role("textbox", name="Name").fill("February")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("views")).to_contain_text("February")
    page.goto("/reports/books.trial-balance?from_on=2026-03-01&to_on=2026-03-31")
    choose(page, "February")
    expect(page).to_have_url(re.compile("from_on=2026-02-01&to_on=2026-02-28"))


def test_a_new_payment_proposes_the_account_of_the_last_one(person: Callable[..., Person]) -> None:
    owner = person("owner")
    page = owner.page
    body = {"party": "C-0001", "posted_on": "2026-11-03", "currency": "CNY", "amount": "12.00", "direction": "in"}
    owner.call("POST", "finance/payments", {**body, "account": "1001"})
    page.goto("/finance/payments/new")
    account = page.get_by_role("combobox", name=re.compile("account", re.IGNORECASE)).first
    expect(account).to_have_value("1001 Cash on hand")
    page.get_by_role("combobox", name="Direction").press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Party").first.fill("C-0002")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Amount").first.fill("7")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/finance/payments/\d+$"))
    made = owner.call("GET", f"finance/payments/{page.url.rsplit('/', 1)[1]}")
    assert (made["account"]["number"], made["party"]["number"], made["amount"]) == ("1001", "C-0002", "7")
