"""The formula language: what it understands, what it refuses, and what each term counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jingwei.books.charts import Tree, load_chart
from jingwei.books.formulas import Evaluator, FormulaFault, FormulaLine, LedgerFigures, Part, Term, parse

TREE = Tree.of(load_chart("sbe"))


def figures(**amounts: int) -> dict[str, Decimal]:
    """Amounts by account: `_1002=5`."""
    return {code.removeprefix("_"): Decimal(amount) for code, amount in amounts.items()}


LEDGER = LedgerFigures(
    closing=figures(_1002=900, _112201=70, _112202=-10, _2203=-40, _22210101=13, _22210107=-20, _222105=6, _500101=-50),
    closing_by_party={
        ("112201", "A"): Decimal(100),
        ("112201", "B"): Decimal(-30),
        ("112202", "A"): Decimal(-5),
        ("112202", None): Decimal(-5),
        ("2203", "A"): Decimal(-60),
        ("2203", "B"): Decimal(20),
    },
    movement=figures(_500101=-80, _540101=30, _1002=7),
)


def value(text: str) -> Decimal:
    return Evaluator([], TREE, LEDGER).value(parse(text)).amount


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("DR(1001)+CR(2001)", (Term(1, "DR", "1001"), Term(1, "CR", "2001"))),
        ("-PDR(6702)", (Term(-1, "PDR", "6702"),)),
        (" L(A01) - SUM(2 : 14)".replace(" : ", ":"), (Term(1, "L", "A01"), Term(-1, "SUM", "2", "14"))),
        ("0", (Term(1, "0"),)),
        ("CR(3103)+UNCLOSED_PL", (Term(1, "CR", "3103"), Term(1, "UNCLOSED_PL"))),
    ],
)
def test_parse(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "something is missing"),
        ("DR(1001)+", "something is missing"),
        ("DR(1001", "“DR(1001” is not understood"),
        ("DR(1001) DR(1002)", "“DR(1002)” is not understood"),
        ("DR(1001)+-DR(1002)", "“-DR(1002)” is not understood"),
        ("CASH(1001)", "“CASH(1001)” is not understood"),
        ("DR(A1)", "“DR(A1)” is not understood"),
        ("DR(1001:1002)", "“DR(1001:1002)” is not understood"),
        ("SUM(3)", "“SUM(3)” is not understood"),
        ("SUM(9:3)", "“SUM(9:3)” is not understood"),
        ("UNCLOSED_PL(1)", "“UNCLOSED_PL(1)” is not understood"),
        ("L()", "“L()” is not understood"),
        ("12", "“12” is not understood"),
        ("DR(1001)*2", "“*2” is not understood"),
    ],
)
def test_what_is_not_understood_is_quoted(text: str, complaint: str) -> None:
    with pytest.raises(FormulaFault) as caught:
        parse(text)
    assert str(caught.value) == f"formula “{text}”: {complaint}"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("DR(1002)", 900),
        ("CR(1002)", -900),
        ("DR(1122)", 60),  # header: 70 − 10
        ("DRS(1122)", 95),  # A owes 100 − 5; B has 30 too much, and 5 belong to nobody
        ("CRS(1122)", 35),
        ("DRS(2203)", 20),
        ("CRS(2203)", 60),
        ("DRS(1122)+DRS(2203)-CRS(1122)-CRS(2203)", 20),  # = DR(1122) + DR(2203)
        ("DRS(222101)", 0),  # one balance for all ten columns: 13 − 20
        ("CRS(222101)", 7),
        ("DRS(222105)", 6),
        ("CRS(222105)", 0),
        ("PCR(5001)", 80),
        ("PDR(5401)", 30),
        ("PDR(1002)", 7),
        ("UNCLOSED_PL", 50),
        ("PL_MOVEMENT", 50),
        ("0", 0),
        ("DR(9999)", 0),
        ("DRS(9999)", 0),
    ],
)
def test_terms(text: str, amount: int) -> None:
    assert value(text) == amount


def test_a_figure_knows_its_parts() -> None:
    figure = Evaluator([], TREE, LEDGER).value(parse("DRS(1122)+DR(1002)-DR(1002)"))
    assert figure.parts == {Part("112201", "A"): 100, Part("112202", "A"): -5}
    assert figure.amount == 95


def lines(**formulas: str) -> list[FormulaLine]:
    """Items A1, A2 … printed with their digits."""
    return [FormulaLine(code, code[1:], "item", parse(text)) for code, text in formulas.items()]


def test_lines_by_code_and_by_number_and_their_sums() -> None:
    evaluator = Evaluator(lines(A1="DR(1002)", A2="-L(1)", A3="SUM(1:2)+L(A1)"), TREE, LEDGER)
    assert [evaluator.line(key).amount for key in ("A1", "2", "A3")] == [900, -900, 900]
    assert evaluator.line("3").parts == {Part("1002"): 900}


def test_lines_that_refer_to_themselves_or_to_nothing() -> None:
    evaluator = Evaluator(lines(A1="L(2)", A2="L(1)", A3="L(9)", A4="SUM(4:9)"), TREE, LEDGER)
    with pytest.raises(FormulaFault, match="lines refer to themselves: A1 → A2 → A1"):
        evaluator.line("A1")
    evaluator = Evaluator(lines(A3="L(9)", A4="SUM(4:9)"), TREE, LEDGER)
    with pytest.raises(FormulaFault, match="there is no line 9 with a figure"):
        evaluator.line("A3")
    with pytest.raises(FormulaFault, match=r"SUM\(4:9\) reaches over lines that are not printed"):
        evaluator.line("A4")


def test_a_sum_over_a_total_would_count_twice() -> None:
    mixed = [*lines(A1="DR(1002)"), FormulaLine("A2", "2", "total", parse("L(1)")), *lines(A3="SUM(1:2)")]
    with pytest.raises(FormulaFault, match=r"SUM\(1:2\) adds lines of several kinds"):
        Evaluator(mixed, TREE, LEDGER).line("A3")


def test_balances_outside_the_chart_are_refused() -> None:
    with pytest.raises(FormulaFault, match="accounts that the chart lacks: 6001, 9"):
        Evaluator([], TREE, LedgerFigures(closing=figures(_6001=1), movement=figures(_9=1)))


def test_balances_by_party_have_to_be_complete() -> None:
    incomplete = LedgerFigures(closing=figures(_112201=5), closing_by_party={("112201", 1): Decimal(3)})
    with pytest.raises(FormulaFault, match="balances by party of account 112201 differ from its balance by 2"):
        Evaluator([], TREE, incomplete).value(parse("DRS(1122)"))
