"""A shift in a day: the planner releases an order and sees what is short, the keeper issues, the floor reports and
completes on a phone, the planner closes; the screen shows how far it is and what is in work."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import Person

YEAR = datetime.now(UTC).year  # the demo company keeps the books of the year it was made in
PHONE = {"width": 390, "height": 844}


def prepared(engineer: Person, owner: Person, steward: Person) -> None:
    """A trailer of a frame and two wheels, welded in half an hour; only some parts are there."""
    made = {"category": "FG", "unit": "PCS", "is_made": True}
    for code, zh, en, more in (
        ("FG-8801", "自行车拖车", "Bicycle trailer", made),
        ("RM-8801", "拖车架", "Trailer frame", {"category": "RM", "unit": "PCS"}),
        ("RM-8802", "拖车轮", "Trailer wheel", {"category": "RM", "unit": "PCS"}),
    ):
        steward.call("POST", "masterdata/items", {"code": code, "name_zh": zh, "name_en": en, **more})
    centre = {"code": "WC-88", "name_zh": "焊接", "name_en": "Welding", "rate_labour": "30", "rate_overhead": "12"}
    engineer.call("POST", "engineering/work-centres", centre)
    lines = [
        {"component": "RM-8801", "quantity": "1"},
        {"component": "RM-8802", "quantity": "2", "is_backflushed": True},
    ]
    bom = engineer.call("POST", "engineering/boms", {"item": "FG-8801", "lines": lines})
    engineer.act("engineering/boms", bom, "activate")
    weld = {"sequence": 10, "name_zh": "焊接", "name_en": "Weld", "work_centre": "WC-88", "hours_run": "0.5"}
    routing = engineer.call("POST", "engineering/routings", {"item": "FG-8801", "operations": [weld]})
    engineer.act("engineering/routings", routing, "activate")
    rows = [("RM-8801", "3", "100"), ("RM-8802", "20", "40")]
    goods = [{"item": i, "location": "A-01", "quantity": q, "price": p} for i, q, p in rows]
    body = {"moved_at": f"{YEAR}-02-01T01:00:00Z", "reason": "Test", "lines": goods}
    owner.act("warehouse/other-ins", owner.call("POST", "warehouse/other-ins", body), "post")


def stands(page: Page, words: str) -> None:
    """The state beside the heading."""
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text(words)


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)


def seen(page: Page, name: str) -> None:
    """A picture for whoever asks for one."""
    if folder := os.environ.get("JINGWEI_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_shift_in_a_day(person: Callable[..., Person]) -> None:
    planner, keeper, lead = person("planner"), person("keeper"), person("lead")
    prepared(person("engineer"), person("owner"), person("steward", "zh-Hans"))

    page = planner.page
    page.goto("/production/orders/new")
    page.get_by_role("combobox", name="Item", exact=True).first.fill("FG-8801")
    page.keyboard.press("Tab")
    page.get_by_role("textbox", name="Quantity", exact=True).first.fill("5")
    page.get_by_role("textbox", name="Start", exact=True).fill(f"{YEAR}-02-02")
    page.get_by_role("textbox", name="Due date", exact=True).fill(f"{YEAR}-02-06")
    saved(page)
    order = planner.call("GET", re.sub(r"^.*?//[^/]+/", "", page.url))
    assert [(c["item"]["number"], c["quantity_required"], c["quantity_short"]) for c in order["components"]] == [
        ("RM-8801", "5", "2"),
        ("RM-8802", "10", "0"),
    ]
    page.get_by_test_id("action-release").click()
    stands(page, "Released")
    seen(page, "order-released")
    address = page.url

    page = keeper.page
    page.goto(address)
    page.get_by_test_id("convert-issue").click()
    expect(page).to_have_url(re.compile("/production/issues/new"))
    page.get_by_role("textbox", name="Moved at").fill(f"{YEAR}-02-02 08:00")
    page.get_by_role("textbox", name="Quantity, line 1", exact=True).fill("3")
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")
    seen(page, "issue")

    page = lead.page
    page.set_viewport_size(PHONE)
    page.goto(address)
    seen(page, "order-phone")
    page.get_by_test_id("convert-report").click()
    expect(page).to_have_url(re.compile("/production/operation-reports/new"))
    page.get_by_role("textbox", name="Reported at").fill(f"{YEAR}-02-02 17:00")
    page.get_by_role("textbox", name="Good", exact=True).fill("3")
    page.get_by_role("textbox", name="Hours", exact=True).fill("2")
    seen(page, "report-phone")
    assert page.evaluate("document.querySelector('main').scrollWidth") <= PHONE["width"]
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")

    page.goto(address)
    page.get_by_test_id("convert-complete").click()
    expect(page).to_have_url(re.compile("/production/completions/new"))
    page.get_by_role("textbox", name="Completed at").fill(f"{YEAR}-02-02 18:00")
    page.get_by_role("textbox", name="Good", exact=True).fill("3")
    seen(page, "completion-phone")
    saved(page)
    page.get_by_test_id("action-post").click()
    stands(page, "Posted")

    now = planner.call("GET", re.sub(r"^.*?//[^/]+/", "", address))
    # 3 frames and 6 wheels are 540.00, 2 hours 84.00; planned were 201.00 a piece.
    names = ("progress", "quantity_completed", "amount_material", "amount_work", "amount_completed", "amount_wip")
    assert [now[n] for n in names] == ["60", "3", "540", "84", "603", "21"]
    page = planner.page
    page.goto(address)
    expect(page.get_by_text("21.00").first).to_be_visible()
    seen(page, "order-in-work")
    page.get_by_test_id("action-close").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Accounting date").fill(f"{YEAR}-02-27")
    dialog.get_by_role("textbox", name="Reason").fill("The rest next month")
    seen(page, "close-dialog")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    stands(page, "Closed")
    seen(page, "order-closed")
    for key in ("progress?open_only=false", "variances", "shortages", "load"):
        page.goto(f"/reports/production.{key}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        seen(page, f"report-{key.partition('?')[0]}")
    chinese = person("planner", "zh-Hans").page
    chinese.goto(address)
    expect(chinese.get_by_text("在产品").first).to_be_visible()
    seen(chinese, "order-zh")
