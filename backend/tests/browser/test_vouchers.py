"""A voucher from the first key to the red one: prepared by keyboard, posted by another person, reversed, copied."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.people import Person

YEAR = datetime.now(UTC).year  # the demo company keeps the books of the year it was made in


def next_number(person: Person, month: int) -> str:
    """The number that the next posted voucher of the month gets: they have no gap."""
    rows = person.call("GET", "finance/vouchers?limit=200&fields=number")["rows"]
    head = f"记-{YEAR}-{month:02}-"
    return f"{head}{1 + sum(str(row['number']).startswith(head) for row in rows):04}"


def draft(person: Person, month: int, amount: str = "80.00", **more: Any) -> Any:
    """A balanced voucher of the month, made through the API."""
    body = {
        "posted_on": f"{YEAR}-{month:02}-10",
        "summary": "Stamps",
        "lines": [{"account": "560212", "debit": amount}, {"account": "1001", "credit": amount}],
        **more,
    }
    return person.call("POST", "finance/vouchers", body)


def pick_account(page: Page, code: str) -> None:
    """Type ahead in the focused account cell and take the hit with Enter."""
    page.keyboard.type(code)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text(code)
    page.keyboard.press("Enter")


def test_prepared_by_keyboard_reviewed_and_posted_by_another_reversed_and_copied(
    person: Callable[..., Person],
) -> None:
    accountant = person("accountant")
    page, keys = accountant.page, accountant.page.keyboard
    number = next_number(accountant, 12)
    page.goto("/finance/vouchers")
    expect(page.get_by_role("heading", name="Vouchers")).to_be_visible()
    keys.press("n")
    expect(page.get_by_role("textbox", name="Summary", exact=True)).to_be_focused()
    keys.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Date")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d$"))  # today
    keys.type("12-15")
    keys.press("Tab")
    keys.type("Rent of the year")
    for _ in range(3):
        keys.press("Tab")
    expect(page.get_by_role("textbox", name="Line summary, line 1")).to_be_focused()
    keys.type("Rent")
    keys.press("Enter")
    pick_account(page, "560212")
    keys.type("1200.5")
    total = page.locator("tfoot")
    expect(total.locator("[data-total=debit]")).to_have_text("1,200.50")
    expect(total.get_by_role("status")).to_have_text("Difference 1,200.50")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name="Line summary, line 2")).to_be_focused()
    keys.type("//")
    expect(page.get_by_role("textbox", name="Line summary, line 2")).to_have_value("Rent")
    keys.press("Enter")
    pick_account(page, "1002")
    keys.press("Enter")
    keys.type("=")
    expect(page.get_by_role("textbox", name="Credit, line 2")).to_have_value("1,200.50")
    expect(total.locator("[data-total=credit]")).to_have_text("1,200.50")
    expect(total.get_by_role("status")).to_have_text("Balanced")
    keys.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Voucher #\d+$"))
    expect(page.get_by_test_id("action-review")).to_have_count(0)
    address = page.url
    stored = accountant.call("GET", f"finance/vouchers/{address.rpartition('/')[2]}")
    assert stored["posted_on"] == f"{YEAR}-12-15"
    lines = [(one["summary"], one["account"]["number"], one["debit"], one["credit"]) for one in stored["lines"]]
    assert lines == [("Rent", "560212", "1200.5", "0"), ("Rent", "1002", "0", "1200.5")]

    controller = person("controller").page
    controller.goto(address)
    controller.get_by_role("button", name="Review", exact=True).click()
    controller.get_by_role("button", name="Post", exact=True).click()
    expect(controller.get_by_role("heading", level=1)).to_have_text(number)
    controller.get_by_role("button", name="Reverse", exact=True).click()
    dialog = controller.get_by_role("dialog", name="Reverse")
    expect(dialog).to_contain_text("A red voucher with the same lines is posted; both stay in the books.")
    expect(dialog.get_by_role("textbox", name="Date")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d$"))
    dialog.get_by_role("textbox", name="Date").fill(f"{YEAR}-12-20")
    dialog.get_by_role("button", name="Reverse").click()
    controller.get_by_role("tab", name="Timeline").click()
    latest = controller.get_by_role("tabpanel").get_by_role("listitem").filter(has_text="Posted → Reversed")
    expect(latest).to_contain_text("财务总监 Controller")
    expect(controller.get_by_test_id("convert-copy")).to_have_count(0)  # who checks does not prepare

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(number)
    page.get_by_role("button", name="Copy to a new draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New voucher")
    expect(page.get_by_role("combobox", name="Account, line 1")).to_have_value("560212 Rent")
    expect(page.get_by_role("combobox", name="Account, line 2")).to_have_value("1002 Bank deposits")
    expect(page.get_by_role("textbox", name="Summary", exact=True)).to_have_value("Rent of the year")
    keys.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Voucher #\d+$"))
    page.get_by_role("button", name="Show side panel").click()
    page.get_by_role("tab", name="Links").click()
    origin = page.get_by_role("tabpanel").get_by_role("link", name=number)
    expect(origin).to_be_visible()
    origin.click()
    expect(page).to_have_url(address)


def test_nobody_reviews_their_own(person: Callable[..., Person]) -> None:
    owner = person("owner")
    made = draft(owner, 12)
    page = owner.page
    page.goto(f"/finance/vouchers/{made['id']}")
    page.get_by_role("button", name="Review", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("was prepared by yourself: another person reviews it.")
    expect(dialog).to_contain_text("Ask a colleague with the right to review.")
    assert owner.call("GET", f"finance/vouchers/{made['id']}")["state"] == "draft"


def test_an_unbalanced_voucher_is_refused_with_the_difference_and_keeps_what_was_typed(
    person: Callable[..., Person],
) -> None:
    page = person("accountant").page
    page.goto("/finance/vouchers/new")
    page.get_by_role("textbox", name="Summary", exact=True).fill("Half a voucher")
    page.get_by_role("textbox", name="Line summary, line 1").focus()
    for code, amount in (("560212", "30"), ("1001", "-12.5")):
        page.keyboard.press("Enter")
        pick_account(page, code)
        page.keyboard.type(amount)
        page.keyboard.press("Enter")
    expect(page.locator("tfoot [data-total=debit]")).to_have_text("17.50")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").first).to_contain_text("Debits and credits differ by 17.5")
    expect(page.get_by_role("textbox", name="Debit, line 1")).to_have_value("30.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("New voucher")


def test_a_closed_period_refuses_with_the_first_open_date(person: Callable[..., Person]) -> None:
    accountant, controller, owner = person("accountant"), person("controller"), person("owner")
    made = draft(accountant, 1)
    controller.act("finance/vouchers", made, "review")
    period = controller.record("books/periods", f"{YEAR}-01")
    page = controller.page
    page.goto(f"/books/periods/{period['id']}")
    page.get_by_role("button", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog", name="Close")
    expect(dialog).to_contain_text("Nothing more can be posted into what is closed.")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    try:
        expect(page.get_by_role("button", name="Reopen")).to_be_visible()
        page.goto(f"/finance/vouchers/{made['id']}")
        page.get_by_role("button", name="Post", exact=True).click()
        refusal = page.get_by_role("dialog")
        expect(refusal).to_contain_text(f"Period {YEAR}-01 is closed for")
        expect(refusal).to_contain_text(f"nothing can be posted on {YEAR}-01-10.")
        expect(refusal).to_contain_text(f"The first open date is {YEAR}-02-01.")
        assert controller.call("GET", f"finance/vouchers/{made['id']}")["state"] == "reviewed"
    finally:
        closed = owner.record("books/periods", f"{YEAR}-01")
        if closed["state"] == "closed":
            owner.act("books/periods", closed, "reopen", {"reason": "The test of closing is over."})
