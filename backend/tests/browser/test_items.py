"""An item through a steward's hands: made by keyboard, refused in place, edited from two windows, deactivated."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person


@pytest.fixture
def steward(person: Callable[..., Person]) -> Person:
    return person("steward")


def error_of(page: Page, field: str) -> str:
    """The message that stands at a field, by the field's own description."""
    box = page.get_by_role("textbox", name=field, exact=True)
    expect(box).to_have_attribute("aria-invalid", "true")
    described = (box.get_attribute("aria-describedby") or "").split()
    return page.locator(f"#{described[0]}").inner_text()


def pick(page: Page, words: str) -> None:
    """Type into the reference that has the focus, wait for the one hit, take it and go on."""
    page.keyboard.type(words)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text(words)
    page.keyboard.press("Tab")


def test_an_item_with_units_by_keyboard_with_its_errors_in_place(steward: Person) -> None:
    page, keys = steward.page, steward.page.keyboard
    page.goto("/masterdata/items")
    expect(page.get_by_role("table", name="Items")).to_be_visible()
    keys.press("n")
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_be_focused()
    for text in ("FG-0001", "折叠自行车", "Folding bicycle", "16 in"):
        keys.type(text)
        keys.press("Tab")
    pick(page, "FG")
    pick(page, "PCS")
    keys.type("4006381333932")
    keys.press("Control+s")

    summary = page.get_by_test_id("error-summary")
    expect(summary).to_contain_text("2 things to put right")
    assert error_of(page, "Code") == "Item FG-0001 exists already."
    assert error_of(page, "Barcode (GTIN)") == ("4006381333932 is not a GTIN: its check digit or length is wrong.")
    existing = steward.record("masterdata/items", "FG-0001")
    link = summary.get_by_role("link", name="FG-0001")
    expect(link).to_have_attribute("href", f"/open/masterdata.item/{existing['id']}")
    expect(page.get_by_role("textbox", name="English name")).to_have_value("Folding bicycle")

    summary.get_by_role("button", name="Code", exact=True).press("Enter")
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_be_focused()
    keys.press("Control+a")
    keys.type("FG-7001")
    summary.get_by_role("button", name="Barcode (GTIN)").press("Enter")
    keys.press("Control+a")
    keys.type("4006381333931")
    expect(summary).to_have_count(0)

    page.get_by_role("button", name="Add line").press("Enter")
    expect(page.get_by_role("combobox", name="Unit, line 1")).to_be_focused()
    keys.type("BOX")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("BOX")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="Stock units, line 1")).to_be_focused()
    keys.type("6")
    keys.press("Control+s")

    expect(page.get_by_role("heading", level=1)).to_have_text("FG-7001 Folding bicycle")
    expect(page.get_by_test_id("unsaved")).to_have_count(0)
    stored = steward.call("GET", f"masterdata/items/{steward.record('masterdata/items', 'FG-7001')['id']}")
    assert (stored["gtin"], stored["category"]["number"], stored["unit"]["number"]) == ("4006381333931", "FG", "PCS")
    assert [(u["unit"]["number"], u["numerator"], u["denominator"]) for u in stored["units"]] == [("BOX", 6, 1)]


def test_two_windows_on_one_item_and_its_end(steward: Person) -> None:
    made = steward.call(
        "POST",
        "masterdata/items",
        {"code": "RM-7002", "name_zh": "车把", "name_en": "Handlebar", "category": "RM", "unit": "PCS"},
    )
    first, address = steward.page, f"/masterdata/items/{made['id']}"
    first.goto(address)
    second = first.context.new_page()
    second.goto(address)

    second.get_by_role("textbox", name="English name").fill("Handlebar 620 mm")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("RM-7002 Handlebar 620 mm")

    first.get_by_role("textbox", name="English name").fill("Handlebar 640 mm")
    first.get_by_role("textbox", name="Specification").fill("Aluminium")
    first.keyboard.press("Control+s")
    dialog = first.get_by_role("dialog", name="The record has changed meanwhile")
    expect(dialog).to_contain_text("数据专员 Data steward saved this record while you were editing it.")
    row = dialog.get_by_role("row", name="English name")
    expect(row.get_by_role("radio", name="Handlebar 640 mm")).to_be_checked()
    expect(row.get_by_role("radio", name="Handlebar 620 mm")).not_to_be_checked()
    expect(dialog.get_by_role("row", name="Specification")).to_have_count(0)
    row.get_by_role("radio", name="Handlebar 620 mm").check()
    dialog.get_by_role("button", name="Save with this choice").click()
    expect(dialog).to_have_count(0)
    expect(first.get_by_test_id("unsaved")).to_have_count(0)
    stored = steward.call("GET", f"masterdata/items/{made['id']}")
    assert (stored["name_en"], stored["specification"], stored["version"]) == ("Handlebar 620 mm", "Aluminium", 3)

    first.get_by_role("button", name="Deactivate").click()
    dialog = first.get_by_role("dialog", name="Deactivate")
    expect(dialog).to_contain_text("History stays readable; new entries can no longer use it.")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(first.get_by_role("button", name="Activate", exact=True)).to_be_visible()
    latest = first.get_by_role("tabpanel").get_by_role("listitem").filter(has_text="Deactivate")
    expect(latest).to_contain_text("数据专员 Data steward")
    expect(latest).to_contain_text("Active → Inactive")
    assert steward.call("GET", f"masterdata/items/{made['id']}")["state"] == "inactive"


def test_unsaved_work_is_asked_about_and_survives_a_reload(person: Callable[..., Person]) -> None:
    page = person("steward", "zh-Hans").page
    page.goto("/masterdata/items/new")
    page.get_by_role("textbox", name="编码", exact=True).fill("RM-7003")
    page.get_by_role("navigation", name="部门").get_by_role("link", name="客户").click()
    dialog = page.get_by_role("dialog", name="不保存就离开？")
    dialog.get_by_role("button", name="留在本页").click()
    expect(page.get_by_role("textbox", name="编码", exact=True)).to_have_value("RM-7003")
    page.wait_for_timeout(600)  # the draft is written when typing has rested for 400 ms
    page.on("dialog", lambda asked: asked.accept())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("未保存的修改")
    expect(page.get_by_role("textbox", name="编码", exact=True)).to_have_value("RM-7003")
    page.get_by_role("button", name="放弃这些修改").click()
    expect(page.get_by_role("textbox", name="编码", exact=True)).to_have_value("")
