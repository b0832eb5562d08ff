"""Everything that is said is said in both languages, with the words of the glossary."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.schema import line_meanings
from jingwei.platform.documents.tables import table_fields
from jingwei.platform.documents.values import meaning
from jingwei.platform.tabular.matching import header_key
from jingwei.server.cli import main, translations
from tests.contracts.samples import KEYS

GLOSSARY = Path(__file__).resolve().parents[3] / "GLOSSARY.md"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said(text: object, language: str) -> str:
    with translation.override(language):
        return str(text)


def terms() -> dict[str, str]:
    """English term, folded, to its Chinese: the rows of the glossary's tables."""
    rows = [line.strip("|").split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in row] for row in rows]
    assert {len(row) for row in cells} == {4}
    found = [(row[1].casefold(), row[2]) for row in cells if row[1] != "English" and not row[0].startswith("---")]
    assert len(found) == len(dict(found)), "a term stands twice"
    return dict(found)


# The catalogue


def test_the_catalogue_is_complete_and_sound():
    assert list(translations.problems(translations.PACKAGE)) == []


def test_the_compiled_catalogue_speaks():
    assert [said(translation.gettext_lazy(text), "zh-hans") for text in ("Party", "Item")] == ["往来单位", "物料"]
    assert [said(translation.gettext_lazy(text), "en") for text in ("Party", "Item")] == ["Party", "Item"]


def test_whole_texts_that_are_terms_are_translated_as_the_glossary_says():
    wanted, checked, wrong = terms(), 0, []
    for message in translations.texts(translations.stored(translations.PACKAGE)):
        term = str(message.id).casefold()
        if term not in wanted or message.context:
            continue
        checked += 1
        if message.string != wanted[term]:
            wrong.append((message.id, message.string, wanted[term]))
    assert wrong == []
    assert checked >= 20


def test_the_glossary_has_the_terms_that_everybody_uses():
    facts = {"item": "物料", "unit": "计量单位", "party": "往来单位", "customer": "客户", "supplier": "供应商"}
    facts |= {"voucher": "凭证", "account": "科目", "warehouse": "仓库", "location": "库位", "allocation": "核销"}
    facts |= {"journal entry": "分录单", "period": "会计期间", "delivery": "发货单", "goods receipt": "收货单"}
    found = terms()
    assert {term: found.get(term) for term in facts} == facts
    assert len(found) <= 160


def test_every_marked_text_can_be_extracted():
    """A text put together before it is translated, such as an f-string, is never found in the catalogue."""
    hidden = []
    for path in sorted(translations.PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            first = node.args[0] if node.args else None
            if node.func.id in translations.FUNCTIONS and not (isinstance(first, ast.Constant) and first.value):
                hidden.append(f"{path.relative_to(translations.PACKAGE)}:{node.lineno}")
    assert hidden == []


# The declarations


def untranslated(texts: dict[str, object]) -> list[str]:
    """Names of the texts that are empty, the same in both languages, Chinese in English or English in Chinese."""
    found = []
    for name, text in texts.items():
        english, chinese = said(text, "en"), said(text, "zh-hans")
        if not english or CHINESE.search(english) or english == chinese or not CHINESE.search(chinese):
            found.append(f"{name}: {english!r} / {chinese!r}")
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_field_has_a_label_and_a_help_in_both_languages(key):
    document = catalogue.get(key)
    fields = {name: meaning(document.field(name)) for name in document.header_fields}
    fields |= {f"{lines.name}.{m.name}": m for lines in document.lines for m in line_meanings(lines)}
    texts: dict[str, object] = {}
    for name, m in fields.items():
        texts |= {f"{name} label": m.label, f"{name} help": m.help}
        texts |= {f"{name} choice {value}": label for value, label in m.choices}
    assert untranslated(texts) == []


@pytest.mark.parametrize("key", KEYS)
def test_every_declaration_speaks_both_languages(key):
    document = catalogue.get(key)
    texts: dict[str, object] = {"label": document.label, "plural": document.plural, "help": document.help}
    texts["steward"] = document.steward
    texts |= {f"section {s.key}": s.label for s in document.sections}
    texts |= {f"state {s.key}": s.label for s in document.states}
    texts |= {f"print {one.key}": one.label for one in document.prints}
    for lines in document.lines:
        texts |= {f"lines {lines.name} label": lines.label, f"lines {lines.name} help": lines.help}
    for action in document.actions:
        texts |= {f"action {action.key} label": action.label, f"action {action.key} help": action.help}
        if action.ask:
            texts[f"action {action.key} ask"] = action.ask
        for name, info in action.inputs.model_fields.items():
            texts |= {f"{action.key}.{name} label": info.title, f"{action.key}.{name} help": info.description}
    assert untranslated(texts) == []
    assert said(document.plural, "zh-hans") == said(document.label, "zh-hans"), "Chinese nouns have no plural"


def test_departments_pages_and_jobs_speak_both_languages():
    texts: dict[str, object] = {f"module {module.key}": module.label for module in catalogue.modules}
    texts |= {f"page {page.key}": page.label for module in catalogue.modules for page in module.pages}
    texts |= {f"job {job.key}": job.label for job in catalogue.jobs}
    assert untranslated(texts) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("key", KEYS)
def test_no_two_columns_or_choices_of_a_table_have_the_same_name(key, language):
    """An import could not tell them apart."""
    fields = table_fields(catalogue.get(key))
    headers = [header_key(said(f.label, language)) for f in fields]
    assert sorted(headers) == sorted(set(headers))
    for f in fields:
        choices = [header_key(said(label, language)) for _value, label in f.meaning.choices]
        assert sorted(choices) == sorted(set(choices)), f.name


@pytest.mark.parametrize("key", KEYS)
def test_a_state_and_the_actions_of_a_declaration_can_be_told_apart(key):
    document = catalogue.get(key)
    for texts in ([s.label for s in document.states], [a.label for a in document.actions]):
        chinese = [said(text, "zh-hans") for text in texts]
        assert sorted(chinese) == sorted(set(chinese))


# The command


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of one file; `package("code")` writes its texts."""
    monkeypatch.setattr(translations, "PACKAGE", tmp_path)

    def write(code: str, catalogue: str | None = None) -> Path:
        (tmp_path / "words.py").write_text(code, encoding="utf-8")
        if catalogue is not None:
            (tmp_path / translations.CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / translations.CATALOGUE).write_text(translations.HEADER + catalogue, encoding="utf-8")
        return tmp_path

    return write


def test_an_update_adds_sorts_keeps_and_drops(package, capsys):
    code = '_("Two")\n_("One")\nngettext("%(n)s row", "%(n)s rows", n)\npgettext("stock", "Count")\nlabel("No")\n'
    folder = package(code, '\nmsgid "Two"\nmsgstr "二"\n\nmsgid "Gone"\nmsgstr "去"\n')
    (folder / "migrations").mkdir()
    (folder / "migrations" / "m.py").write_text('_("Former")')
    assert main(["translations", "--update"]) == 0
    written = (folder / translations.CATALOGUE).read_text(encoding="utf-8")
    assert written == translations.HEADER + (
        '\n#: words.py\nmsgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] ""\n'
        '\n#: words.py\nmsgctxt "stock"\nmsgid "Count"\nmsgstr ""\n'
        '\n#: words.py\nmsgid "One"\nmsgstr ""\n'
        '\n#: words.py\nmsgid "Two"\nmsgstr "二"\n'
    )
    said = capsys.readouterr().out.splitlines()
    assert said[:-1] == ["added: '%(n)s row'", "added: 'Count' (stock)", "added: 'One'", "dropped: 'Gone'"]
    assert said[-1].endswith("4 texts, 3 without a translation")
    assert main(["translations", "--update"]) == 0
    assert (folder / translations.CATALOGUE).read_text(encoding="utf-8") == written


def test_a_check_of_what_is_right_says_so(package, capsys):
    package('_("{n} of %(m)s.")\n_("XLSX")', '\nmsgid "{n} of %(m)s."\nmsgstr "%(m)s 中的 {n}。"\n')
    assert main(["translations", "--check"]) == 1
    package('_("{n} of %(m)s.")', None)
    assert main(["translations", "--check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("django.po: complete")


@pytest.mark.parametrize(
    ("source", "entry", "fault"),
    [
        ("One", 'msgid "Two"\nmsgstr "二"', "not in the catalogue; run `jingwei translations --update`"),
        ("One", 'msgid "One"\nmsgstr ""', "not translated"),
        ("One", '#, fuzzy\nmsgid "One"\nmsgstr "一"', "fuzzy"),
        ("One", 'msgid "One"\nmsgstr "One"', "“One” has no Chinese in it"),
        ("One", 'msgid "One"\nmsgstr "一 "', "“一 ” begins or ends with a space"),
        ("%(n)s ago", 'msgid "%(n)s ago"\nmsgstr "%(m)s 前"', "the placeholders of “%(m)s 前” differ"),
        ("{n} ago", 'msgid "{n} ago"\nmsgstr "n 前"', "the placeholders of “n 前” differ"),
        ("Run %s", 'msgid "Run %s"\nmsgstr "运行"', "the placeholders of “运行” differ"),
        ("Stop.", 'msgid "Stop."\nmsgstr "停."', "the punctuation of “停.” is not Chinese"),
        ("Days (all)", 'msgid "Days (all)"\nmsgstr "天(全部)"', "the punctuation of “天(全部)” is not Chinese"),
    ],
)
def test_a_check_names_what_is_wrong(package, capsys, source, entry, fault):
    folder = package(f'_("{source}")', f"\n{entry}\n")
    before = (folder / translations.CATALOGUE).read_bytes()
    assert main(["translations", "--check"]) == 1
    assert f"{source!r}: {fault}" in capsys.readouterr().out.splitlines()
    assert (folder / translations.CATALOGUE).read_bytes() == before


def test_a_check_names_what_is_no_longer_needed(package, capsys):
    package("", '\nmsgid "Gone"\nmsgstr "去"\n')
    assert main(["translations", "--check"]) == 1
    assert "'Gone': no longer in the code; run `jingwei translations --update`" in capsys.readouterr().out.splitlines()
