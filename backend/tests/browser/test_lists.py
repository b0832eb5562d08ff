"""Finding things: search by pinyin initials, filters that stay, files that come out, any record by Ctrl-K; and what
somebody who may only look does not see."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.people import Person


def test_search_by_initials_filters_that_survive_back_and_export(person: Callable[..., Person]) -> None:
    shown = {"code": "FG-0777", "name_zh": "展示自行车", "category": "FG", "unit": "PCS", "tracking": "serial"}
    person("steward").call("POST", "masterdata/items", shown)
    page = person("buyer", "zh-Hans").page
    page.goto("/masterdata/items")
    table = page.get_by_role("table", name="物料")
    expect(table).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("bxgls")
    expect(page.get_by_test_id("list-count")).to_have_text("1")
    expect(table.get_by_role("row").nth(1)).to_contain_text("不锈钢螺栓")
    page.keyboard.press("Escape")

    page.get_by_role("search").get_by_role("button", name=re.compile("筛选$")).last.click()
    page.get_by_role("menuitem", name="追踪方式").click()
    page.get_by_role("checkbox", name="按序列号").click()
    expect(page.get_by_role("checkbox", name="按序列号")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("list-count")).to_have_text("1")
    expect(page).to_have_url(re.compile(r"filter%5Btracking%5D%5B(in|eq)%5D=serial"))
    table.get_by_role("link", name="FG-0777").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("FG-0777 展示自行车")
    page.go_back()
    chip = page.get_by_role("button", name="按追踪方式筛选")
    expect(chip).to_contain_text("按序列号")
    expect(page.get_by_test_id("list-count")).to_have_text("1")

    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="导出为 CSV").click()
    path = Path(download.value.path())
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert rows[0][:2] == ["编码", "中文名称"]
    assert [row[:2] for row in rows[1:]] == [["FG-0777", "展示自行车"]]


def test_ctrl_k_opens_a_record_and_a_page(person: Callable[..., Person]) -> None:
    page = person("clerk", "zh-Hans").page
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="搜索或直达")).to_be_focused()
    page.keyboard.type("RM-0004")
    expect(page.get_by_role("option").filter(has_text="RM-0004")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("RM-0004 轮胎")
    page.keyboard.press("Control+k")
    page.keyboard.type("wlfl")
    expect(page.get_by_role("option").filter(has_text="物料分类")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("物料分类")


def test_an_auditor_looks_at_everything_and_changes_nothing(person: Callable[..., Person]) -> None:
    auditor = person("auditor")
    page = auditor.page
    for path, name in (("masterdata/items", "Items"), ("finance/vouchers", "Vouchers"), ("books/periods", "Periods")):
        page.goto(f"/{path}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.get_by_role("button", name="Export")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^(New|Import)"))).to_have_count(0)
        page.keyboard.press("n")
        expect(page).to_have_url(re.compile(f"/{path}$"))

    item = auditor.record("masterdata/items", "FG-0001")
    page.goto(f"/masterdata/items/{item['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("FG-0001 City bicycle")
    actions = page.get_by_role("toolbar", name="Actions")
    expect(actions.get_by_role("button")).to_have_count(0)
    expect(page.get_by_test_id("action-deactivate")).to_have_count(0)
    expect(page.locator(".document-main").get_by_role("textbox")).to_have_count(0)
    page.goto("/masterdata/items/new")
    expect(page.get_by_role("main")).to_contain_text("You may not enter a new item.")


def test_a_list_on_a_phone_has_its_name_in_a_line_and_every_button_in_reach(person: Callable[..., Person]) -> None:
    page = person("owner", "zh-Hans").page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/sales/orders")
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("销售订单")
    box = title.bounding_box()
    assert box is not None and box["height"] < 40
    buttons = page.locator(".list-head button")
    assert buttons.count() >= 4
    for button in buttons.all():
        place = button.bounding_box()
        assert place is not None and place["x"] >= 0 and place["x"] + place["width"] <= 390, button.inner_text()
