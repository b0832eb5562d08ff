"""What a page says when it cannot do what was asked: no network, a stumbling server, no permission, nothing there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person

WORDS = {
    "en": ("The server cannot be reached.", "Try again", "There is nothing at this address."),
    "zh-Hans": ("无法连接服务器。", "重试", "此地址没有内容。"),
}
FAILED = {
    "en": "Something went wrong on the server (status 500). Please try again in a moment.",
    "zh-Hans": "服务器出错（状态 500），请稍后重试。",
}


@pytest.mark.parametrize("language", WORDS)
def test_without_a_network_or_a_sound_server(language: str, person: Callable[..., Person]) -> None:
    page = person("steward", language).page
    gone, again, _absent = WORDS[language]
    page.goto("/masterdata/items")
    row = page.get_by_role("link", name="FG-0001")
    expect(row).to_be_visible()
    page.context.set_offline(True)
    row.click()
    expect(page.get_by_text(gone)).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name=again).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FG-0001")
    page.route("**/api/v1/masterdata/units?*", lambda route: route.fulfill(status=500, body="stumbled"))
    page.goto("/masterdata/units")
    expect(page.get_by_role("alert")).to_contain_text(FAILED[language])


@pytest.mark.parametrize("language", WORDS)
def test_what_one_may_not_do_and_what_is_not_there(language: str, person: Callable[..., Person]) -> None:
    page = person("auditor", language).page
    page.goto("/sales/orders/new")
    told = {"en": "You may not enter a new sales order.", "zh-Hans": "您无权新建销售订单。"}
    expect(page.get_by_text(told[language])).to_be_visible()
    for path in ("reports/no.report", "open/no.kind/7", "no/list"):
        page.goto(f"/{path}")
        expect(page.get_by_text(WORDS[language][2]).last).to_be_visible()
        expect(page.locator("main")).not_to_contain_text(path.split("/")[1])


def test_a_page_whose_program_does_not_come(person: Callable[..., Person], complaints: list[str]) -> None:
    page = person("auditor").page
    page.route("**/assets/recordPages-*.js*", lambda route: route.abort())
    page.goto("/sales/orders")
    expect(page.get_by_text("This page could not be shown.")).to_be_visible()
    expect(page.get_by_role("link", name="Home").first).to_be_visible()
    page.unroute("**/assets/recordPages-*.js*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Sales orders"))
    assert all("dynamically imported module" in one or "recordPages" in one for one in complaints), complaints
    complaints.clear()


def test_refused_fields_are_listed_once_and_the_full_search_stands_alone(person: Callable[..., Person]) -> None:
    page = person("clerk").page
    page.goto("/sales/orders/new")
    customer = page.get_by_role("combobox", name="Customer", exact=True)
    customer.fill("NOBODY")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".ant-alert")).to_have_count(1)
    told = page.get_by_test_id("error-summary")
    expect(told).to_contain_text("2 things to put right")
    expect(told).to_contain_text("Party NOBODY does not exist.")
    expect(told).to_contain_text("At least 1 line is needed in Lines.")
    customer.fill("")
    customer.click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("F7")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("option")).to_have_count(0)


def test_working_days_are_chosen_and_read_by_their_names(person: Callable[..., Person]) -> None:
    engineer = person("engineer")
    page = engineer.page
    page.goto("/engineering/work-centres/new")
    page.get_by_role("textbox", name="Code").fill("WC-DAYS")
    page.get_by_role("textbox", name="English name").fill("Saturday shift")
    days = page.get_by_role("group", name="Working days")
    expect(days.get_by_role("button", name="Fri")).to_have_attribute("aria-pressed", "true")
    days.get_by_role("button", name="Sat").click()
    days.get_by_role("button", name="Tue").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("WC-DAYS")
    made: Any = engineer.record("engineering/work-centres", "WC-DAYS")
    assert made["working_days"] == "13456"
    page.goto("/engineering/work-centres?search=WC-DAYS")
    expect(page.get_by_role("cell", name="Mon, Wed–Sat")).to_be_visible()
