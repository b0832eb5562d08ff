"""The application opens in a real browser under its strict content security policy."""

import re

from playwright.sync_api import Page, expect

NONCE = re.compile(r"'nonce-([A-Za-z0-9_-]{16,})'")


def test_the_page_opens_without_a_complaint(page: Page) -> None:
    response = page.goto("/")
    assert response is not None
    assert response.status == 200
    expect(page.locator("#root > *").first).to_be_visible()


def test_every_answer_has_a_nonce_of_its_own_and_allows_nothing_else_inline(page: Page) -> None:
    policies = []
    for _ in range(2):
        response = page.goto("/")
        assert response is not None
        policies.append(response.header_value("content-security-policy") or "")
    nonces = [set(NONCE.findall(policy)) for policy in policies]
    assert [len(found) for found in nonces] == [1, 1]
    assert nonces[0] != nonces[1]
    assert "unsafe-inline" not in policies[0]
    assert "unsafe-eval" not in policies[0]


def test_a_script_from_elsewhere_is_refused_and_noticed(page: Page, complaints: list[str]) -> None:
    page.goto("/")
    page.evaluate(
        "document.head.appendChild(Object.assign(document.createElement('script'), {text: 'window.own = 1'}))"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.own") is None
    assert len(complaints) == 1
    assert "Content Security Policy" in complaints[0]
    complaints.clear()
