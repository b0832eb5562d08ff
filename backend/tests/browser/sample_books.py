"""A year of plainly invented vouchers, so that the pictures show books in use: prepared by one, posted by another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.browser.people import Person

YEAR = datetime.now(UTC).year

Line = tuple[str, ...]  # account, debit, credit, and the party where the account asks for one


def _voucher(month: int, day: int, summary: str, *lines: Line) -> dict[str, Any]:
    entries = [
        {
            "summary": summary,
            "account": account,
            **({"debit": debit} if debit else {"credit": credit}),
            **({"party": party[0]} if party else {}),
        }
        for account, debit, credit, *party in lines
    ]
    return {"posted_on": f"{YEAR}-{month:02}-{day:02}", "summary": summary, "lines": entries}


def _month(month: int) -> list[dict[str, Any]]:
    wages, service = f"{46000 + 500 * month}.00", 58000 + 2750 * month
    gross, tax = f"{service * 106 // 100}.00", f"{service * 6 // 100}.00"
    return [
        _voucher(month, 3, "支付厂房租金 Workshop rent", ("560212", "12500.00", ""), ("1002", "", "12500.00")),
        _voucher(month, 15, "发放工资 Wages paid", ("560201", wages, ""), ("1002", "", wages)),
        _voucher(
            month,
            24,
            "收到维修服务款 Repair services",
            ("1002", gross, ""),
            ("500102", "", f"{service}.00", "C-0001"),
            ("22210107", "", tax),
        ),
    ]


AUDIT = _voucher(
    11,
    9,
    "支付审计费 Audit fee",
    ("560214", "24000.00", ""),
    ("22210101", "1440.00", ""),
    ("1002", "", "25440.00"),
) | {"attachment_count": 2}

POSTED = [
    *[voucher for month in range(2, 12) for voucher in _month(month)],
    AUDIT,
    _voucher(11, 21, "支付水电费 Utilities", ("560209", "2316.48", ""), ("1002", "", "2316.48")),
]
DRAFTS = [_voucher(11, 27, "报销差旅费 Travel", ("560210", "1864.50", ""), ("1001", "", "1864.50"))]


def write(accountant: Person, controller: Person) -> None:
    """From February on; January is in the demo company's own books. Nothing when it was done before."""
    rows = accountant.call("GET", "finance/vouchers?limit=200&fields=summary")["rows"]
    if any(row["summary"] == AUDIT["summary"] for row in rows):
        return
    posted = sorted(POSTED, key=lambda body: str(body["posted_on"]))
    made = [accountant.call("POST", "finance/vouchers", body)["id"] for body in posted]
    for action in ("review", "post"):
        answer = controller.call(
            "POST", f"finance/vouchers/batch/{action}", {"ids": made, "inputs": {}, "atomic": True}
        )
        assert all(one["ok"] for one in answer["results"]), answer
    for body in DRAFTS:
        accountant.call("POST", "finance/vouchers", body)
