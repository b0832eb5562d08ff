"""Pictures of the main screens in both languages, and a page that shows them all; run by `make screenshots`.

They show the simulated company, which lives the same life each time: half a year up to `LAST_DAY`. Move that day to
the one before the pictures are taken: the home page is of today.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jingwei.server.runtime import Urls
from tests.browser.people import Body, Person
from tests.browser.pictures import reduced
from tests.support import cluster
from tests.support.running import Running, jingwei_run

pytestmark = pytest.mark.screenshots

LAST_DAY = date(2026, 11, 21)
MONTH = f"from_on={LAST_DAY.replace(day=1)}&to_on={LAST_DAY}"
#: Statements are of the last month that is over, with its wages and its close.
CLOSED = LAST_DAY.replace(day=1) - timedelta(1)
CLOSED_MONTH = f"from_on={CLOSED.replace(day=1)}&to_on={CLOSED}"
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
LIMIT = 200_000  # bytes; pictures live in the repository
PHONE = (390, 844)
DESKTOP = (1440, 900)
BAD_FILE = (
    "编码,中文名称,英文名称,分类,库存单位,GTIN\n"
    "RM-0101,辐条,Spoke,RM,PCS,\n"
    "RM-0102,轮圈,Rim,RM,PIECE,\n"
    "FG-0101,折叠自行车,Folding bicycle,FG,PCS,4006381333932\n"
)
#: Pictures of reports: who looks, at what; {item} is a bicycle, {account} what customers owe.
REPORTS = {
    "trial-balance": ("accountant", f"books.trial-balance?{CLOSED_MONTH}"),
    "income-statement": ("manager", f"books.income-statement?{CLOSED_MONTH}"),
    "ledger": ("accountant", "books.general-ledger?account={account}&" + MONTH),
    "order-tracking": ("manager", f"insight.order-tracking?on={LAST_DAY}"),
    "on-hand": ("keeper", "stock.on-hand"),
    "stock-ledger": ("controller", "stock.item-ledger?item={item}&" + MONTH),
    "bill-tree": ("engineer", "engineering.bill-tree?item={item}&on=" + str(LAST_DAY)),
    "variances": ("controller", f"production.variances?{MONTH}"),
}
#: Pictures of records with a tab of their panel: who looks, at which one, at which tab.
RECORDS = {
    "order": ("clerk", "sales/orders", "filter[state][eq]=confirmed", None),
    "invoice": ("accountant", "sales/billings", "filter[state][eq]=posted", "postings"),
    "supplier-invoice": ("accountant", "purchasing/invoice-matches", "filter[state][eq]=posted", "links"),
    "payment": ("cashier", "finance/payments", "filter[state][eq]=posted", "postings"),
    "voucher": ("accountant", "finance/vouchers", "filter[state][eq]=posted", "timeline"),
    "production-order": ("planner", "production/orders", "filter[state][eq]=closed", "links"),
    "form": ("steward", "masterdata/items", "search=RM-0004", "timeline"),
    "party": ("steward", "masterdata/customers", "search=C-0003", "timeline"),
    "employee": ("steward", "masterdata/employees", "search=E-009", "timeline"),
}
Take = Callable[..., None]


@pytest.fixture(scope="module")
def product(server_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running product whose demo company has lived until the last day."""
    name = "jingwei_pictures"
    urls = cluster.create_clone(server_urls, name)
    assert urls.owner is not None
    places = {"DATABASE_URL": urls.app, "MIGRATION_DATABASE_URL": urls.owner}
    with jingwei_run(tmp_path_factory.mktemp("var"), **places) as running:
        life = [sys.executable, "-P", "-m", "jingwei.server.cli", "simulate", "--months", "6", "--until", str(LAST_DAY)]
        settings = {"DJANGO_SETTINGS_MODULE": "jingwei.server.settings"}
        subprocess.run(life, check=True, env={**os.environ, **places, **settings})
        yield running
    cluster.drop_clone(urls, name)


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """Names of the pictures taken, in order."""
    return []


@pytest.fixture
def take(browser: Browser, shown: list[str], tmp_path: Path) -> Iterator[Take]:
    """`take(page, "list.en")`: waits until the page is quiet, saves it and checks its size."""
    folder = Path(os.environ.get("JINGWEI_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    blank = browser.new_page()

    def save(page: Page, name: str, size: tuple[int, int] = DESKTOP) -> None:
        page.wait_for_load_state("networkidle")
        expect(page.locator(".loading, .ant-message-notice, [aria-busy=true]")).to_have_count(0)
        page.mouse.move(2, 890)
        path = folder / f"{name}.png"
        content = reduced(blank, page.screenshot(animations="disabled", caret="hide"))
        assert struct.unpack(">II", content[16:24]) == size
        assert len(content) <= LIMIT, f"{path.name} has {len(content)} bytes"
        path.write_bytes(content)
        shown.append(name)

    yield save
    blank.close()


both = pytest.mark.parametrize("short", LANGUAGES)


def tab(page: Page, key: str) -> None:
    """Show a tab of the panel beside a record, folded or not."""
    page.locator(f"#tab-{key}").click()
    expect(page.get_by_role("tabpanel").locator("li, table, .flow-step").first).to_be_visible()


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@both
def test_home(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("owner", LANGUAGES[short]).page
    page.goto("/")
    expect(page.get_by_test_id("figure-margin")).to_be_visible()
    take(page, f"home.{short}")


@both
def test_lists(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("clerk", LANGUAGES[short]).page
    page.goto("/sales/orders")
    expect(page.locator("tfoot [data-total=amount_gross]").first).to_be_visible()
    take(page, f"orders.{short}")
    resize(page, PHONE)
    take(page, f"orders-phone.{short}", PHONE)
    resize(page, DESKTOP)
    page.goto("/masterdata/items")
    expect(page.get_by_role("link", name="FG-0001")).to_be_visible()
    take(page, f"list.{short}")


@both
def test_pivot(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("manager", LANGUAGES[short]).page
    page.goto("/sales/orders?view=pivot")
    expect(page.get_by_test_id("pivot-total")).to_be_visible()
    take(page, f"pivot.{short}")
    page.emulate_media(color_scheme="dark")
    page.goto("/sales/orders?view=pivot&shown=stacked")
    expect(page.get_by_test_id("chart").locator("canvas")).to_be_visible()
    take(page, f"pivot-chart-dark.{short}")


@both
@pytest.mark.parametrize("name", RECORDS)
def test_records(name: str, short: str, person: Callable[..., Person], take: Take) -> None:
    login, path, which, shown_tab = RECORDS[name]
    someone = person(login, LANGUAGES[short])
    row = someone.call("GET", f"{path}?{which}&limit=1")["rows"][0]
    someone.page.goto(f"/{path}/{row['id']}")
    expect(someone.page.get_by_role("heading", level=1)).to_be_visible()
    if shown_tab:
        tab(someone.page, shown_tab)
    take(someone.page, f"{name}.{short}")


@both
@pytest.mark.parametrize("name", REPORTS)
def test_reports(name: str, short: str, person: Callable[..., Person], take: Take) -> None:
    login, path = REPORTS[name]
    someone = person(login, LANGUAGES[short])
    given = {"item": ("masterdata/items", "FG-0002"), "account": ("books/accounts", "112201")}
    ids = {key: someone.record(*found)["id"] for key, found in given.items() if f"{{{key}}}" in path}
    someone.page.goto(f"/reports/{path.format(**ids)}")
    expect(someone.page.get_by_role("table").first).to_be_visible()
    take(someone.page, f"{name}.{short}")


@both
def test_import(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("steward", LANGUAGES[short]).page
    page.goto("/masterdata/items")
    page.get_by_role("button", name="导入" if short == "zh" else "Import").click()
    content = BAD_FILE.encode("gb18030")
    page.get_by_test_id("import-file").set_input_files({"name": "items.csv", "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_test_id("import-report")).to_be_visible()
    take(page, f"import.{short}")


@both
def test_dictionary(short: str, person: Callable[..., Person], take: Take) -> None:
    page = person("steward", LANGUAGES[short]).page
    page.goto("/masterdata/dictionary")
    expect(page.get_by_role("table")).to_be_visible()
    take(page, f"dictionary.{short}")


@both
def test_printing(short: str, person: Callable[..., Person], take: Take) -> None:
    keeper = person("keeper", LANGUAGES[short])
    row = keeper.call("GET", "sales/deliveries?filter[state][eq]=posted&limit=1")["rows"][0]
    keeper.page.goto(f"/sales/deliveries/{row['id']}")
    keeper.page.get_by_role("button", name="打印" if short == "zh" else "Print").click()
    expect(keeper.page.get_by_role("menuitem").first).to_be_visible()
    take(keeper.page, f"print.{short}")


@both
def test_tax_invoices(short: str, person: Callable[..., Person], take: Take) -> None:
    accountant = person("accountant", LANGUAGES[short])
    found = accountant.call("GET", "finance/tax-invoices")["rows"]
    made = found[0] if found else accountant.call("POST", "finance/tax-invoices", tax_invoice(accountant))
    accountant.page.goto(f"/finance/tax-invoices/{made['id']}")
    expect(accountant.page.get_by_role("table").first).to_be_visible()
    take(accountant.page, f"tax-invoice.{short}")


def tax_invoice(accountant: Person) -> Body:
    """A tax invoice for the last invoice to a customer."""
    billed = accountant.call("GET", "sales/billings?filter[state][eq]=posted&limit=1")["rows"][0]
    billing = accountant.call("GET", f"sales/billings/{billed['id']}")
    amounts = {name: billing[name] for name in ("amount_net", "amount_tax", "amount_gross")}
    return {
        "number": "26317000000000000001",
        "direction": "issued",
        "kind": "ordinary",
        "party": billing["customer"]["id"],
        "issued_on": str(LAST_DAY),
        **amounts,
        "lines": [{"covers": billing["number"], "amount": billing["amount_gross"]}],
    }


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
