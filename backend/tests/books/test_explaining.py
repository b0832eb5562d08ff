"""Figures down to their documents, with exact sums; what does not add up is said."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import translation

from jingwei.platform.errors import Refusal
from jingwei.platform.reports import addresses
from jingwei.platform.reports.explaining import Explanation
from jingwei.server.cli import main
from jingwei.server.cli.explaining import lines
from tests.books.stories import posted, voucher, with_books

DAYS = "from_on=2026-02-01&to_on=2026-02-28"


@pytest.fixture(scope="module")
def firm():
    from tests.support.world import new_world, with_basics

    world = with_books(with_basics(new_world("Books explained")))
    world.create("masterdata.party", {"code": "C1", "name_en": "Customer", "name_zh": "客户", "is_customer": True})
    owed = voucher(("112201", "700.00", None, {"party": "C1"}), ("1002", "300.00", None), ("3001", None, "1000.00"))
    posted(world, {**owed, "posted_on": "2026-01-01"}, key="finance.opening")
    spent = [voucher(("560201", f"{n}.00", None), ("1002", None, f"{n}.00"), on=f"2026-01-{n:02}") for n in (10, 20)]
    moved = [voucher(("1002", "5.50", None), ("1001", None, "5.50"), on="2026-02-03"), _red("2026-02-04")]
    posted(world, *spent, *moved)
    return world


def _red(on):
    return voucher(("560201", "40.00", None), ("1002", None, "40.00"), on=on, summary="rent")


def figure(firm, text: str, limit: int = 20) -> Explanation:
    return addresses.explain(firm.actor, text, limit).found


def test_a_balance_is_what_was_brought_forward_and_what_moved(firm):
    found = figure(firm, f"books.trial-balance?{DAYS}#1002/closing_debit")
    assert (str(found.amount), found.agrees) == ("235.5000", True)
    assert [(str(x.term.label), f"{x.amount:.2f}", x.count) for x in found.formula.rows] == [
        ("Balance brought forward", "270.00", 3),
        ("Debits of the range", "5.50", 1),
        ("Credits of the range", "-40.00", 1),
    ]
    assert [(e.on.isoformat(), f"{e.amount:.2f}") for e in found.entries.rows] == [
        ("2026-01-01", "300.00"),
        ("2026-01-10", "-10.00"),
        ("2026-01-20", "-20.00"),
        ("2026-02-03", "5.50"),
        ("2026-02-04", "-40.00"),
    ]
    assert found.entries.rows[-1].words == "记-2026-02-0002 · 1002 · rent"
    assert [(p.key, p.number, f"{p.amount:.2f}") for p in found.documents.rows][-1] == (
        "finance.voucher",
        "记-2026-02-0002",
        "-40.00",
    )


def test_a_line_of_the_balance_sheet_names_its_accounts(firm):
    found = figure(firm, "books.balance-sheet?on=2026-02-28#1/closing")
    words = [(str(x.term.label), f"{x.amount:.2f}") for x in found.formula.rows]
    assert words == [("1001 Cash on hand", "-5.50"), ("1002 Bank deposits", "235.50")]
    assert (f"{found.amount:.2f}", found.entries.count, found.documents.count, found.agrees) == ("230.00", 6, 5, True)
    owed = figure(firm, "books.balance-sheet?on=2026-02-28#4/closing")
    assert [str(x.term.label) for x in owed.formula.rows] == ["112201 Trade receivables (invoiced) C1 Customer"]


def test_the_rest_is_counted_and_added_up(firm):
    found = figure(firm, f"books.trial-balance?{DAYS}#1002/closing_debit", limit=2)
    more, together = found.entries.rest
    assert (len(found.entries.rows), more, f"{together:.2f}") == (2, 3, "-54.50")
    more, together = found.documents.rest
    assert (len(found.documents.rows), more, f"{together:.2f}") == (2, 3, "-54.50")
    printed = list(lines(addresses.explain(firm.actor, f"books.trial-balance?{DAYS}#1002/closing_debit", 2), 2))
    assert printed == [
        "Trial balance · 1002 Bank deposits · Closing balance Debit = 235.50 CNY",
        "Formula (3) = 235.50",
        "            270.00  Balance brought forward",
        "              5.50  Debits of the range",
        "            -40.00  and 1 more, together",
        "Entries (5) = 235.50",
        "            300.00  2026-01-01  记-2026-01-0001 · 1002 · 测试",
        "            -10.00  2026-01-10  记-2026-01-0002 · 1002 · 测试",
        "            -54.50  and 3 more, together",
    ]


def test_it_speaks_chinese_and_finds_columns_by_their_heading(firm):
    with translation.override("zh-hans"):
        explained = addresses.explain(firm.actor, f"books.trial-balance?{DAYS}#1002/期末余额 借方")
        printed = list(lines(explained, 1))
    assert printed[0] == "科目余额表 · 1002 银行存款 · 期末余额 借方 = 235.50 CNY"
    assert printed[1] == "公式 (3) = 235.50"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nonsense", "figure.unknown"),
        (f"books.nothing?{DAYS}#1002/closing_debit", "figure.unknown"),
        (f"books.trial-balance?{DAYS}#9999/closing_debit", "figure.no_row"),
        (f"books.trial-balance?{DAYS}#1002/nothing", "figure.no_column"),
        (f"books.trial-balance?{DAYS}#1002/name", "explain.no_sum"),
        (f"books.journal?{DAYS}#测试/debit", "figure.several_rows"),
        ("books.general-ledger?account=1002&from_on=2026-02-01&to_on=2026-02-28#total/debit", "figure.no_row"),
        ("books.trial-balance?nope=1#1002/closing_debit", "query.unknown"),
    ],
)
def test_what_there_is_not_is_named(firm, text, code):
    with pytest.raises(Refusal) as refused:
        figure(firm, text)
    assert [p.code for p in refused.value.problems] == [code]


def test_a_row_is_chosen_by_its_place_or_by_several_texts(firm):
    ledger = f"books.general-ledger?account=1002&{DAYS}"
    assert f"{figure(firm, f'{ledger}#@1/balance').amount:.2f}" == "270.00"
    assert f"{figure(firm, f'{ledger}#记-2026-02-0002/balance').amount:.2f}" == "235.50"
    journal = figure(firm, f"books.journal?{DAYS}#记-2026-02-0002+560201/debit")
    assert (f"{journal.amount:.2f}", journal.documents.rows[0].number) == ("40.00", "记-2026-02-0002")


def test_the_statements_do_not_grow_with_the_parts(firm, statements):
    with statements() as few:
        figure(firm, "books.balance-sheet?on=2026-02-28#4/closing")
    with statements() as many:
        figure(firm, "books.balance-sheet?on=2026-02-28#1/closing", limit=1)
    assert len(many) <= len(few) <= 16


def test_a_figure_that_is_not_the_sum_of_its_entries_says_so(firm):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE balance_delta SET debit = debit + 1 WHERE group_id = %s AND account_id = "
            "(SELECT id FROM account WHERE group_id = %s AND code = '560201')",
            [firm.group.pk, firm.group.pk],
        )
    try:
        explained = addresses.explain(firm.actor, f"books.trial-balance?{DAYS}#560201/period_debit")
        assert not explained.found.agrees
        assert list(lines(explained, 0))[-1] == "What it is made of does not add up to the figure."
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE balance_delta SET debit = debit - 1 WHERE group_id = %s AND account_id = "
                "(SELECT id FROM account WHERE group_id = %s AND code = '560201')",
                [firm.group.pk, firm.group.pk],
            )


def test_the_api_answers_with_every_level(firm):
    reader = firm.person("auditor")
    reply = reader.get(
        f"explain?figure=books.trial-balance%3F{DAYS.replace('&', '%26').replace('=', '%3D')}%231002/closing_debit"
    )
    assert reply.status == 200, reply.body
    assert (reply.body["amount"], reply.body["agrees"], reply.body["documents"]["total"]) == ("235.5", True, "235.5")
    stranger = firm.person("buyer")
    assert stranger.get("explain?figure=nonsense").codes == ["figure.unknown"]


def told(firm, text: str, *more: str) -> int:
    return main(["explain", text, "--group", str(firm.group.pk), *more])


def test_the_command_prints_each_level_and_its_status_says_whether_it_adds_up(firm, capsys):
    balance = f"books.trial-balance?{DAYS}#1002/closing_debit"
    assert told(firm, balance, "--limit", "1", "--language", "zh") == 0
    assert capsys.readouterr().out.splitlines() == [
        "科目余额表 · 1002 银行存款 · 期末余额 借方 = 235.50 CNY",
        "公式 (3) = 235.50",
        "            270.00  期初结转余额",
        "            -34.50  另有 2 项，合计",
        "分录 (5) = 235.50",
        "            300.00  2026-01-01  记-2026-01-0001 · 1002 · 测试",
        "            -64.50  另有 4 项，合计",
        "单据 (5) = 235.50",
        "            300.00  2026-01-01  期初余额 记-2026-01-0001",
        "            -64.50  另有 4 项，合计",
    ]
    assert told(firm, balance, "--depth", "0") == 0
    assert capsys.readouterr().out == "Trial balance · 1002 Bank deposits · Closing balance Debit = 235.50 CNY\n"
    assert told(firm, balance.replace("1002", "9999")) == 1
    assert capsys.readouterr().err == "jingwei explain: No row of the report has 9999. The report has 7 rows.\n"
    assert told(firm, balance, "--company", "XX") == 1
    assert "There are: T1" in capsys.readouterr().err
