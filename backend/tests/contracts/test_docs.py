"""What the documents promise: they are short, their links lead somewhere, both languages have every page, and what they
quote of the code is in the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "backend" / "jingwei"

ROOT_PAGES = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "web/README.md")
MODULES = sorted(path.parent.name for path in PACKAGE.glob("*/apps.py"))
PAGES = sorted(
    {ROOT / name for name in ROOT_PAGES} | set((ROOT / "docs").rglob("*.md")) | set(PACKAGE.glob("*/README.md"))
)

_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def links(page: Path) -> Iterator[tuple[str, str]]:
    """(path, anchor) of every relative link and picture of a page."""
    for found in _LINK.finditer(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        target = found["target"]
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_owns_posts_and_calls(module):
    lines = (PACKAGE / module / "README.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {module}"
    assert len(lines) <= 60
    said = "\n".join(lines)
    assert [word for word in ("**Owns**", "**Posts**", "**Calls**") if word not in said] == []


def test_the_map_and_the_decisions_are_short():
    limits = {ROOT / "ARCHITECTURE.md": 200, **dict.fromkeys((ROOT / "docs" / "adr").glob("*.md"), 30)}
    lengths = {name(page): len(page.read_text(encoding="utf-8").splitlines()) for page in limits}
    assert {page: lengths[name(page)] for page in limits if lengths[name(page)] > limits[page]} == {}
    assert len(limits) >= 6


def test_decisions_are_numbered_without_a_gap():
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for number, page in enumerate(pages, start=1):
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. "), page.name
        parts = ("**Context.**", "**Decision", "**Consequences.**", "**Left.**")
        assert [part for part in parts if part not in text] == [], page.name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    broken = []
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        if target.parent == ROOT / "docs" / "screenshots":
            continue  # the next test's business
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}")
    assert broken == []


def test_the_pictures_shown_are_exactly_those_that_are_made():
    folder = ROOT / "docs" / "screenshots"
    shown = {
        target.name
        for page in PAGES
        for path, _anchor in links(page)
        if (target := (page.parent / path).resolve()).parent == folder
    }
    assert shown == {picture.name for picture in folder.glob("*.png")}


def test_users_have_every_page_in_both_languages():
    english, chinese = (
        {page.relative_to(ROOT / "docs" / "users" / language).as_posix() for page in found}
        for language in ("en", "zh")
        for found in [(ROOT / "docs" / "users" / language).rglob("*.md")]
    )
    assert english == chinese
    assert len(english) >= 6


def test_the_ladder_drawn_is_the_ladder_checked():
    settings = tomllib.loads((ROOT / "backend" / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    drawn = "\n".join("   ".join(re.findall(r"\w+", rung)) for rung in layers)
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- ladder:.*?-->\n```\n(.*?)\n```", page, re.DOTALL)
    assert found is not None
    assert found[1] == drawn


def test_the_declaration_quoted_is_the_one_in_the_code():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    quoted = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(quoted) == 1
    assert quoted[0] in (PACKAGE / "masterdata" / "documents.py").read_text(encoding="utf-8")


def test_files_named_in_the_map_exist():
    """Names in code style that look like files of the back end must be there, in the folder said or in `documents/`."""
    page = _FENCED.sub("", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    named = set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|json|toml))`", page))
    places = (ROOT, ROOT / "backend", PACKAGE, PACKAGE / "platform", PACKAGE / "platform" / "documents")
    missing = [n for n in sorted(named) if not any((place / n).exists() for place in places)]
    assert missing == ["documents.py", "models.py"]  # those of any module
    assert len(named) >= 20
