"""Printing: the menu offers each paper in both languages, and a choice opens the PDF in a tab of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.support.papers import pages


def opened(page: Page, choice: str) -> Page:
    """The tab that a choice of the print menu opens."""
    page.get_by_test_id("print").click()
    with page.context.expect_page() as found:
        page.get_by_test_id(choice).click()
    return found.value


def test_an_order_is_printed_from_its_page_and_several_from_the_list(person: Callable[..., Person]) -> None:
    clerk = person("clerk")
    page = clerk.page
    rows = clerk.call("GET", "sales/orders?limit=2&sort=id&fields=number")["rows"]
    first = rows[0]
    page.goto(f"/sales/orders/{first['id']}")
    tab = opened(page, "print-confirmation-zh-hans")
    expect(tab).to_have_url(re.compile(rf"/api/v1/sales/orders/{first['id']}/print/confirmation\?language=zh-hans$"))
    tab.wait_for_load_state()
    answer = page.request.get(tab.url)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    (sheet, *_rest) = pages(answer.body())
    assert "销售订单确认书" in " ".join(sheet)
    assert first["number"] in " ".join(sheet)
    page.goto("/sales/orders")
    for row in rows:
        page.get_by_role("row").filter(has_text=row["number"]).get_by_role("checkbox").check()
    both = opened(page, "print-confirmation-en")
    found = " ".join(" ".join(sheet) for sheet in pages(page.request.get(both.url).body()))
    assert all(row["number"] in found for row in rows)
    assert "Order confirmation" in found
