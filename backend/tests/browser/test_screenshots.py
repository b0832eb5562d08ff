"""Pictures of the main screens in both languages, and a page that shows them all; run by `make screenshots`."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import sample_books, sample_trade
from tests.browser.people import Person
from tests.browser.pictures import reduced

pytestmark = pytest.mark.screenshots

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
LIMIT = 200_000  # bytes; pictures live in the repository
BAD_FILE = (
    "编码,中文名称,英文名称,分类,库存单位,GTIN\n"
    "RM-0101,辐条,Spoke,RM,PCS,\n"
    "RM-0102,轮圈,Rim,RM,PIECE,\n"
    "FG-0101,折叠自行车,Folding bicycle,FG,PCS,4006381333932\n"
)

NOVEMBER = f"from_on={sample_books.YEAR}-11-01&to_on={sample_books.YEAR}-11-30"
REPORTS = {
    "trial-balance": NOVEMBER,
    "balance-sheet": f"on={sample_books.YEAR}-11-30",
    "income-statement": NOVEMBER,
}


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """Names of the pictures taken, in order."""
    return []


@pytest.fixture
def take(browser: Browser, shown: list[str], tmp_path: Path) -> Iterator[Callable[[Page, str], None]]:
    """`take(page, "list.en")`: waits until the page is quiet, saves it and checks its size."""
    folder = Path(os.environ.get("JINGWEI_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    blank = browser.new_page()

    def save(page: Page, name: str, size: tuple[int, int] = (1440, 900)) -> None:
        page.wait_for_load_state("networkidle")
        expect(page.locator(".loading, .ant-message-notice, [aria-busy=true]")).to_have_count(0)
        page.mouse.move(700, 890)
        path = folder / f"{name}.png"
        content = reduced(blank, page.screenshot(animations="disabled", caret="hide"))
        assert struct.unpack(">II", content[16:24]) == size
        assert len(content) <= LIMIT, f"{path.name} has {len(content)} bytes"
        path.write_bytes(content)
        shown.append(name)

    yield save
    blank.close()


Take = Callable[..., None]
PHONE = (390, 844)


@pytest.fixture
def books(person: Callable[..., Person]) -> None:
    sample_books.write(person("accountant"), person("controller"))


@pytest.fixture
def trade(person: Callable[..., Person], books: None) -> None:
    sample_trade.write(person("owner"), person("steward"))


def on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("short", LANGUAGES)
def test_home(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("controller", LANGUAGES[short]).page
    page.goto("/")
    expect(page.get_by_test_id("figure-margin")).to_be_visible()
    take(page, f"home.{short}")
    on_a_phone(page)
    take(page, f"home-phone.{short}", PHONE)


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("short", LANGUAGES)
def test_sales(short: str, person: Callable[..., Person], take: Take) -> None:
    clerk = person("clerk", LANGUAGES[short])
    page = clerk.page
    page.goto("/sales/orders")
    expect(page.locator("tfoot [data-total=amount_gross]").first).to_be_visible()
    take(page, f"orders.{short}")
    on_a_phone(page)
    take(page, f"orders-phone.{short}", PHONE)
    page.set_viewport_size({"width": 1440, "height": 900})
    latest = clerk.call("GET", "sales/orders?filter[state][eq]=confirmed&limit=1")["rows"][0]
    page.goto(f"/sales/orders/{latest['id']}")
    expect(page.get_by_role("table").first).to_be_visible()
    take(page, f"order.{short}")
    billed = clerk.call("GET", "sales/billings?filter[state][eq]=posted&limit=1")["rows"][0]
    page.goto(f"/sales/billings/{billed['id']}")
    page.get_by_role("tab", name="记账" if short == "zh" else "Postings").click()
    expect(page.locator(".posting-table").first).to_be_visible()
    take(page, f"invoice.{short}")


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("short", LANGUAGES)
def test_pivot(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("manager", LANGUAGES[short]).page
    page.goto("/sales/orders?view=pivot")
    expect(page.get_by_test_id("pivot-total")).to_be_visible()
    take(page, f"pivot.{short}")
    page.emulate_media(color_scheme="dark")
    page.goto("/sales/orders?view=pivot&shown=stacked")
    expect(page.get_by_test_id("chart").locator("canvas")).to_be_visible()
    take(page, f"pivot-chart-dark.{short}")


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("short", LANGUAGES)
def test_tracking(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("manager", LANGUAGES[short]).page
    page.goto("/reports/insight.order-tracking")
    expect(page.get_by_role("table").first).to_be_visible()
    take(page, f"order-tracking.{short}")


@pytest.mark.parametrize("short", LANGUAGES)
def test_items(short: str, person: Callable[..., Person], take: Take) -> None:
    steward = person("steward", LANGUAGES[short])
    page = steward.page
    page.goto("/masterdata/items")
    expect(page.get_by_role("link", name="FG-0001")).to_be_visible()
    take(page, f"list.{short}")
    item = steward.record("masterdata/items", "RM-0004")
    page.goto(f"/masterdata/items/{item['id']}")
    expect(page.get_by_role("tabpanel").get_by_role("listitem").first).to_be_visible()
    take(page, f"form.{short}")
    page.goto("/masterdata/items")
    page.get_by_role("button", name="导入" if short == "zh" else "Import").click()
    content = BAD_FILE.encode("gb18030")
    page.get_by_test_id("import-file").set_input_files({"name": "items.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_test_id("import-report")).to_be_visible()
    take(page, f"import.{short}")


@pytest.mark.parametrize("short", LANGUAGES)
def test_dictionary(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("steward", LANGUAGES[short]).page
    page.goto("/masterdata/dictionary")
    expect(page.get_by_role("table")).to_be_visible()
    take(page, f"dictionary.{short}")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("short", LANGUAGES)
def test_vouchers(short: str, person: Callable[..., Person], take: Take) -> None:
    accountant = person("accountant", LANGUAGES[short])
    page = accountant.page
    page.goto("/finance/vouchers")
    expect(page.get_by_role("table")).to_be_visible()
    take(page, f"vouchers.{short}")
    rows = accountant.call("GET", "finance/vouchers?limit=200&fields=number,summary")["rows"]
    chosen = next(row for row in rows if row["summary"] == sample_books.AUDIT["summary"])
    page.goto(f"/finance/vouchers/{chosen['id']}")
    page.get_by_role("tab", name="动态" if short == "zh" else "Timeline").click()
    expect(page.get_by_role("tabpanel").get_by_role("listitem").first).to_be_visible()
    take(page, f"voucher.{short}")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("short", LANGUAGES)
@pytest.mark.parametrize("key", REPORTS)
def test_reports(key: str, short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("manager", LANGUAGES[short]).page
    page.goto(f"/reports/books.{key}?{REPORTS[key]}")
    expect(page.get_by_role("table").first).to_be_visible()
    take(page, f"{key}.{short}")


def test_the_contact_sheet_shows_every_picture(shown: list[str]) -> None:
    folder = os.environ.get("JINGWEI_SCREENSHOTS")
    assert len(shown) == len(set(shown)) > 0
    if folder:
        names = sorted({name.partition(".")[0] for name in shown})
        lines = ["# Screens", "", "Made by `make screenshots` from the running product.", "", "| | English | 中文 |"]
        lines += ["| --- | --- | --- |"]
        for name in names:
            cells = [f"![{name}]({name}.{short}.png)" if f"{name}.{short}" in shown else "" for short in LANGUAGES]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        (Path(folder) / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
