"""The engine of papers: data is never markup, each sheet counts its own pages, figures read as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from jingwei.platform.documents.declare import A4, FORM
from jingwei.platform.models import Currency
from jingwei.platform.prints import rendering
from jingwei.platform.prints.heading import SHEET
from jingwei.platform.prints.wording import day, figure, in_words, money
from tests.support.papers import foots, pages, sizes

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
D = Decimal
ODD = '#panic() $x^2$ *bold* _it_ \\ [a] <b> @c `d` "e" // f /* g */ = h #import "x"'


def sheet(count: int, text: str = "Bolt", mark: str = "") -> dict:
    return {
        "company": {"name": f"Company {text}", "lines": [text]},
        "mark": mark,
        "colon": ": ",
        "page": ["Page ", " of ", ""],
        "printed": "Printed today",
        "title": "Note",
        "number": text,
        "party": {"label": "To", "name": text, "lines": [text]},
        "facts": [["Fact", text]],
        "columns": [{"label": "No.", "width": 10, "align": "center"}, {"label": text, "fr": 1, "align": "left"}],
        "rows": [[str(n), text] for n in range(1, count + 1)],
        "sums": ["", text],
        "totals": [[text, "1.00"]],
        "words": ["Words", text],
        "notes": [text],
        "signatures": [text],
    }


def test_what_people_typed_is_never_markup():
    content = rendering.pdf(SHEET, A4, [sheet(1, ODD)], AT, ODD)
    (lines,) = pages(content)
    assert [line for line in lines if line.startswith("1 ")] == [f"1 {ODD}"]
    said = " ".join(" ".join(lines).split())
    assert f"To {ODD} {ODD}" in said, "the party and its address"
    assert said.count(ODD) == 13, "every place that data can stand in"
    assert f"Words {ODD}" in lines


def test_each_sheet_counts_its_own_pages_and_repeats_its_heading():
    content = rendering.pdf(SHEET, A4, [sheet(60), sheet(2)], AT, "x")
    assert foots(content) == ["Page 1 of 2", "Page 2 of 2", "Page 1 of 1"]
    first, second, third = pages(content)
    assert [line for line in (first + second) if line.split(" ")[0].isdigit()] == [f"{n} Bolt" for n in range(1, 61)]
    assert second[:2] == ["Company Bolt Note Bolt", "No. Bolt"]
    assert "1 Bolt" in third
    assert sizes(content) == {(210.0, 297.0)}


def test_a_form_has_its_own_size_and_the_mark_stands_on_every_page():
    content = rendering.pdf(SHEET, FORM, [sheet(40, mark="Draft")], AT, "x")
    found = pages(content)
    assert sizes(content) == {(241.0, 139.7)}
    assert len(found) > 1
    assert all("\n".join(page).count("Draft") == 2 for page in found), "large behind the text and in the heading"


def test_the_same_data_makes_the_same_file():
    assert len({rendering.pdf(SHEET, A4, [sheet(3)], AT, "x") for _time in range(2)}) == 1


def test_what_typst_says_is_told(tmp_path):
    (tmp_path / "broken.typ").write_text('#panic("no such sheet")')
    with pytest.raises(rendering.PrintingFailed, match="no such sheet"):
        rendering.pdf(tmp_path / "broken.typ", A4, [sheet(1)], AT, "x")


def test_the_server_starts_without_the_library():
    import subprocess
    import sys

    code = "import os, sys; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'jingwei.server.settings')\n"
    code += "import jingwei.server.wsgi; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("value", "at_least", "shown"),
    [
        ("1234.500000", 0, "1,234.5"),
        ("1234.5", 2, "1,234.50"),
        ("0.00012345", 2, "0.00012345"),
        ("12", 0, "12"),
        ("-1234567", 0, "-1,234,567"),
        ("-0.5", 2, "-0.50"),
        ("100", 2, "100.00"),
    ],
)
def test_figures_have_the_decimals_they_need(value, at_least, shown):
    assert figure(D(value), at_least) == shown


def test_money_dates_and_words_follow_the_language():
    yuan = Currency(code="CNY", name_zh="人民币", name_en="Yuan", decimals=2)
    yen = Currency(code="JPY", name_zh="日元", name_en="Yen", decimals=0)
    dinar = Currency(code="KWD", name_zh="科威特第纳尔", name_en="Dinar", decimals=3)
    said = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said[language] = [
                day(date(2026, 2, 1)),
                day(None),
                *(money(D("-1234.5"), c) for c in (yuan, yen)),
                *(in_words(D("1234.5000"), c) for c in (yuan, yen, dinar)),
            ]
    assert said["zh-hans"] == [
        *("2026年02月01日", "", "-¥1,234.50", "-JPY 1,235"),
        *("人民币壹仟贰佰叁拾肆元伍角整", "日元壹仟贰佰叁拾伍元整", ""),
    ]
    assert said["en"] == [
        *("1 February 2026", "", "-CNY 1,234.50", "-JPY 1,235"),
        "One thousand two hundred thirty-four and 50/100 Chinese yuan",
        "One thousand two hundred thirty-five Japanese yen",
        "One thousand two hundred thirty-four and 500/1000 Kuwaiti dinars",
    ]


def test_long_figures_stay_whole_and_leave_room_for_names():
    name, figures = "A name that is read in one line", ["123,456,789.12345678", *["1,234,567,890.12"] * 3]
    given = sheet(0) | {
        "columns": [
            {"label": "Code", "width": 18, "align": "left"},
            {"label": "Name", "fr": 1, "align": "left"},
            *({"label": f"F{n}", "width": 12, "align": "right"} for n in range(4)),
        ],
        "rows": [["CODE-WITHOUT-ANY-SPACE-1", name, *figures]],
        "sums": None,
    }
    (lines,) = pages(rendering.pdf(SHEET, A4, [{k: v for k, v in given.items() if v is not None}], AT, "x"))
    (row,) = [line for line in lines if name in line]
    assert row.endswith(f"{name} {' '.join(figures)}")
    assert "CODE-WITHOUT-ANY-SPACE-1" in "".join(lines[lines.index("Code Name F0 F1 F2 F3") :]).replace(" ", "")
