"""Signing in: a wrong password says so and keeps the name, the language chosen is the one of the whole application."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.support.running import Running


def test_a_wrong_password_is_refused_and_the_right_one_opens_the_home_page(
    page: Page, product: Running, person: Callable[..., Person]
) -> None:
    person("steward", "zh-Hans")  # the language that the user keeps, whatever they read before
    page.goto("/")
    page.get_by_label("用户名").fill("steward")
    page.get_by_label("密码", exact=True).fill("not-the-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("steward")
    expect(page.get_by_label("密码", exact=True)).to_have_value("")
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    page.keyboard.type(product.passwords["steward"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("数据专员 Data steward，您好")
    menu = page.get_by_role("navigation", name="部门")
    expect(menu.get_by_role("link", name="物料", exact=True)).to_have_count(0)
    menu.get_by_role("button", name="主数据").click()
    expect(menu.get_by_role("link", name="物料", exact=True)).to_be_visible()


def test_the_language_changes_before_and_after_signing_in_and_is_remembered(page: Page, product: Running) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("User name").fill("buyer")
    page.get_by_label("Password", exact=True).fill(product.passwords["buyer"])
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, 采购员 Buyer")
    menu = page.get_by_role("navigation", name="Departments")
    expect(menu.get_by_role("button", name="Master data")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_text("中文", exact=True).click()
    menu = page.get_by_role("navigation", name="部门")
    expect(menu.get_by_role("button", name="主数据")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("采购员 Buyer，您好")
    expect(page).to_have_title("首页 · Jingwei 经纬")


def test_signing_out_closes_everything(page: Page, product: Running) -> None:
    page.goto("/")
    page.get_by_label("用户名").fill("planner")
    page.get_by_label("密码", exact=True).fill(product.passwords["planner"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="计划员 Planner").click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.goto("/masterdata/items")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
