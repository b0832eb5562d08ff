"""Light and dark: as the system has it until somebody chooses, kept by the browser, there before anything is drawn; and
the lines of a document beside its panel."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person

# What the page was told when its body began: before the application ran.
AT_FIRST = """
new MutationObserver((_, observer) => {
  if (!document.body) return
  window.atFirst = document.documentElement.dataset.theme
  observer.disconnect()
}).observe(document, { childList: true, subtree: true })
"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"
DARK, LIGHT = "rgb(20, 23, 27)", "rgb(245, 246, 248)"


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="Light or dark").click()
    page.get_by_role("menuitem", name=name).click()


def test_dark_follows_the_system_until_it_is_chosen_and_is_there_at_once(person: Callable[..., Person]) -> None:
    page = person("clerk").page
    page.add_init_script(AT_FIRST)
    page.emulate_media(color_scheme="dark")
    page.goto("/sales/orders")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    assert (page.evaluate("window.atFirst"), page.evaluate(GROUND)) == ("dark", DARK)
    page.emulate_media(color_scheme="light")
    expect(page.locator("html[data-theme=light]")).to_have_count(1)
    assert page.evaluate(GROUND) == LIGHT

    choose(page, "Dark")
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)
    page.reload()
    expect(heading).to_be_visible()
    assert (page.evaluate("window.atFirst"), page.evaluate(GROUND)) == ("dark", DARK)
    page.emulate_media(media="print")  # paper is light
    assert page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--surface')") == "#fff"
    page.emulate_media(media="screen", color_scheme="dark")
    choose(page, "Light")
    page.reload()
    expect(heading).to_be_visible()
    assert (page.evaluate("window.atFirst"), page.evaluate(GROUND)) == ("light", LIGHT)
    choose(page, "As the system")
    expect(page.locator("html[data-theme=dark]")).to_have_count(1)


def test_the_last_column_of_lines_is_whole_beside_the_panel(person: Callable[..., Person]) -> None:
    owner = person("owner")
    page = owner.page
    body = {
        "customer": "C-0001",
        "ordered_on": "2026-11-02",
        "currency": "CNY",
        "lines": [{"item": "FG-0001", "quantity": "2", "price": "1234567.89", "tax_rate": "13"}],
    }
    order = owner.act("sales/orders", owner.call("POST", "sales/orders", body), "confirm")
    page.goto(f"/sales/orders/{order['id']}")
    grid = page.locator(".lines-scroll").first
    expect(grid).to_be_visible()
    hidden = "(element) => element.scrollWidth - element.clientWidth"
    assert grid.evaluate(hidden) == 0
    page.get_by_role("tab", name="Timeline").click()
    expect(page.get_by_role("tabpanel").get_by_role("listitem").first).to_be_visible()
    assert grid.evaluate(hidden) == 0
    page.get_by_role("button", name="Hide side panel").click()
    expect(page.get_by_role("tabpanel")).to_have_count(0)
    owner.act("sales/orders", order, "cancel")
