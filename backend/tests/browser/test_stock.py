"""Goods come in through a keeper's hands, at the time on the company's clock, and lie in the stock."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.people import Person

COMPANY_CLOCK = ZoneInfo("Asia/Shanghai")
WALL = "%Y-%m-%d %H:%M"


def pick(page: Page, words: str) -> None:
    """Type ahead in the focused cell and take the hit with Enter."""
    page.keyboard.type(words)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text(words)
    page.keyboard.press("Enter")


def made_item(steward: Person, code: str) -> Any:
    body = {"code": code, "name_zh": "车铃", "name_en": "Bell", "category": "RM", "unit": "PCS"}
    return steward.call("POST", "masterdata/items", body)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_goods_received_now_are_posted_and_lie_in_the_stock(person: Callable[..., Person]) -> None:
    item = made_item(person("steward"), "RM-7401")
    keeper = person("keeper", "zh-Hans")
    page, keys = keeper.page, keeper.page.keyboard
    opened = datetime.now(UTC)
    page.goto("/warehouse/other-ins/new")
    moved = page.get_by_role("textbox", name="出入库时间")
    expect(moved).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$"))
    shown = datetime.strptime(moved.input_value(), WALL).replace(tzinfo=COMPANY_CLOCK)
    assert timedelta(minutes=-1) <= shown - opened <= timedelta(minutes=1)
    expect(page.get_by_role("textbox", name="原因")).to_be_focused()
    keys.type("供应商赠送")
    page.get_by_role("combobox", name="物料，第 1 行").focus()
    pick(page, "RM-7401")
    pick(page, "A-01")
    keys.type("12")
    keys.press("Enter")
    pick(page, "PCS")
    keys.type("3.5")
    keys.press("Enter")
    expect(page.locator("tfoot [data-total=amount]")).to_have_text("42.00")
    keys.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    page.get_by_role("button", name="记账", exact=True).click()
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text("已记账")
    expect(page.locator("[data-field=amount] .field-value")).to_have_text("42.00")
    expect(page.locator("[data-field=moved_at] .field-value")).to_have_text(shown.strftime(WALL))

    stored = keeper.call("GET", f"warehouse/other-ins/{page.url.rpartition('/')[2]}")
    assert (stored["state"], stored["amount"]) == ("posted", "42")
    assert stored["lines"][0]["quantity_stock"] == "12"
    assert instant(stored["moved_at"]).replace(second=0, microsecond=0) == shown

    page.get_by_role("button", name="冲销", exact=True).click()
    dialog = page.get_by_role("dialog", name="冲销")
    expect(dialog.get_by_role("textbox")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$"))
    keys.press("Escape")

    page.get_by_role("navigation", name="部门").get_by_role("link", name="即时库存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("即时库存")
    row = page.get_by_role("row").filter(has_text=item["code"])
    expect(row).to_contain_text("A-01")
    expect(row.get_by_role("cell", name="12", exact=True).first).to_be_visible()
    expect(row.get_by_role("cell", name="42.00", exact=True)).to_be_visible()


def test_a_time_is_typed_as_on_the_clock_and_kept_as_an_instant(person: Callable[..., Person]) -> None:
    made_item(person("steward"), "RM-7402")
    keeper = person("keeper")
    line = {"item": "RM-7402", "location": "A-01", "quantity": "1", "unit": "PCS", "price": "1"}
    body = {"moved_at": "2026-03-01T00:30:45Z", "reason": "Found", "lines": [line]}
    path = f"warehouse/other-ins/{keeper.call('POST', 'warehouse/other-ins', body)['id']}"
    page, keys = keeper.page, keeper.page.keyboard
    page.goto(f"/{path}")
    moved = page.get_by_role("textbox", name="Moved at")
    expect(moved).to_have_value("2026-03-01 08:30")
    for typed, tidied, kept in (
        ("2026-02-28 6:05", "2026-02-28 06:05", "2026-02-27T22:05:00"),
        ("2026-02-28", "2026-02-28 00:00", "2026-02-27T16:00:00"),
        ("2026-02-28T06:05:00Z", "2026-02-28 14:05", "2026-02-28T06:05:00"),
    ):
        moved.fill(typed)
        keys.press("Tab")
        expect(moved).to_have_value(tidied)
        keys.press("Control+s")
        expect(page.get_by_test_id("unsaved")).to_have_count(0)
        assert instant(keeper.call("GET", path)["moved_at"]) == instant(f"{kept}Z")
    moved.fill("soon")
    keys.press("Control+s")
    expect(moved).to_have_attribute("aria-invalid", "true")
    expect(moved).to_have_value("soon")
