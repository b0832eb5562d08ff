"""What the first screen costs: few bytes, no parts that it does not draw; the rest comes while it is read."""

from collections.abc import Callable

from playwright.sync_api import Page, Response, expect

from tests.browser.people import Person

MOST_BYTES = 380_000
"""Of scripts and styles as they travel, until the figures of the home page stand."""


def parts_of(page: Page) -> list[Response]:
    found: list[Response] = []
    page.on("response", lambda response: "/assets/" in response.url and found.append(response))
    return found


def test_the_first_screen_takes_what_it_draws_and_the_next_is_there_before_it_is_wanted(
    person: Callable[..., Person],
) -> None:
    page = person("controller").page
    parts = parts_of(page)
    page.goto("/")
    expect(page.get_by_test_id("figure-stock")).to_be_visible()
    first = [one for one in parts if one.url.endswith((".js", ".css"))]
    page.wait_for_load_state("networkidle")
    early = {one.url for one in first}
    assert {one.headers["content-encoding"] for one in first} == {"gzip"}
    sizes = page.evaluate(
        "() => performance.getEntriesByType('resource').map((one) => [one.name, one.transferSize])",
    )
    assert sum(size for name, size in sizes if name in early) < MOST_BYTES
    assert not [url for url in early if "/Chart-" in url]

    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((one) => one.name.includes('/ReportPage-'))"
    )
    page.wait_for_load_state("networkidle")
    parts.clear()
    page.get_by_test_id("menu-group-masterdata").click()
    page.get_by_test_id("menu-masterdata.item").click()
    page.get_by_role("table", name="Items").get_by_role("link", name="FG-0001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("FG-0001 City bicycle")
    expect(page.get_by_role("tabpanel").get_by_role("listitem").first).to_be_visible()
    assert [one.url for one in parts if one.url.endswith((".js", ".css"))] == []
