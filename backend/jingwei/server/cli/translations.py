"""Commands on the translations: `translations --update`, `translations --check`.

The English text in the code is the key; `locale/zh_Hans` holds its Chinese. The catalogue is written so that a diff
shows nothing but changed texts: sorted, one line a text, the files that use it without line numbers, no dates.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jingwei.server.cli.progress import say

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]

PACKAGE = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"

#: What marks a text in the code, and which arguments are the text, its plural and its context ("c").
FUNCTIONS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""

_PLACEHOLDER = re.compile(r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%[-#0 +]*\d*(?:\.\d+)?[sdrif]|\{\w*(?::[^{}]*)?\}|%%")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ABBREVIATIONS = re.compile(r"[^a-z]*")  # symbols, and names such as XLSX, are the same in both languages
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff] ?[,;:!?()]|[\u4e00-\u9fff]\.(?!\w)|[()][\u4e00-\u9fff]")


def register(commands: Parsers) -> None:
    """Add this file's commands."""
    parser = commands.add_parser("translations", help="bring the Chinese catalogue up to the texts in the code")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--update", action="store_true", help="add new texts to the catalogue, drop those gone")
    what.add_argument("--check", action="store_true", help="write nothing; fail naming each text that is not right")
    parser.set_defaults(run=run_translations)


def run_translations(chosen: argparse.Namespace) -> int:
    """`jingwei translations`; needs neither database nor Django."""
    if chosen.update:
        for line in update(PACKAGE):
            say(line)
        return 0
    found = list(problems(PACKAGE))
    for line in found:
        say(line)
    say(f"{CATALOGUE}: {len(found)} texts to be put right" if found else f"{CATALOGUE}: complete")
    return 1 if found else 0


def update(package: Path) -> list[str]:
    """Write the catalogue anew, keeping what is translated; one line for each text added or dropped, then a count."""
    file = package / CATALOGUE
    wanted, known = extracted(package), stored(package)
    report = []
    for message in texts(wanted):
        former = known.get(message.id, message.context)
        if former is None:
            report.append(f"added: {_named(message)}")
        elif isinstance(former.id, tuple) == isinstance(message.id, tuple):
            message.string, message.user_comments = former.string, former.user_comments
            message.flags |= former.flags & {"fuzzy"}
    gone = (message for message in texts(known) if wanted.get(message.id, message.context) is None)
    report += [f"dropped: {_named(message)}" for message in gone]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(wanted), encoding="utf-8")
    messages = texts(wanted)
    empty = sum(1 for message in messages if not _translation(message))
    return [*report, f"{CATALOGUE}: {len(messages)} texts, {empty} without a translation"]


def problems(package: Path) -> Iterator[str]:
    """One line for each text that the catalogue misses, keeps without need or does not translate as it should."""
    wanted, known = extracted(package), stored(package)
    for message in texts(wanted):
        former = known.get(message.id, message.context)
        if former is None or isinstance(former.id, tuple) != isinstance(message.id, tuple):
            yield f"{_named(message)}: not in the catalogue; run `jingwei translations --update`"
        else:
            yield from (f"{_named(message)}: {what}" for what in faults(former))
    for message in texts(known):
        if wanted.get(message.id, message.context) is None:
            yield f"{_named(message)}: no longer in the code; run `jingwei translations --update`"


def faults(message: Message) -> Iterator[str]:
    """What is wrong with the translation of one text, in words."""
    source = message.id[-1] if isinstance(message.id, list | tuple) else message.id
    if message.fuzzy:
        yield "fuzzy"
    translation = _translation(message)
    if not translation:
        yield "not translated"
        return
    if _placeholders(source) != _placeholders(translation):
        yield f"the placeholders of “{translation}” differ"
    plain, said = _PLACEHOLDER.sub("", source), _PLACEHOLDER.sub("", translation)
    if not _ABBREVIATIONS.fullmatch(plain) and not _CHINESE.search(said):
        yield f"“{translation}” has no Chinese in it"
    if _HALF_WIDTH.search(said) or (plain.endswith(".") and not said.endswith(("。", "？", "！"))):
        yield f"the punctuation of “{translation}” is not Chinese"
    if translation != translation.strip():
        yield f"“{translation}” begins or ends with a space"


def extracted(package: Path) -> Catalog:
    """The texts of all Python files below `package`, migrations apart, each with the files that use it."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_file

    catalogue = Catalog(locale="zh_Hans")
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if {"migrations", "tests"} & set(inside.parts):
            continue
        for _line, text, _comments, context in extract_from_file("python", path, FUNCTIONS):
            catalogue.add(text, locations=[(inside.as_posix(), 0)], context=context)
    return catalogue


def stored(package: Path) -> Catalog:
    """The catalogue as it is on disk; an empty one when there is none."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    file = package / CATALOGUE
    if not file.exists():
        return Catalog(locale="zh_Hans")
    with file.open("rb") as content:
        return read_po(content, locale="zh_Hans", ignore_obsolete=True, abort_invalid=True)


def texts(catalogue: Catalog) -> list[Message]:
    """The messages of a catalogue without its header, sorted by text and context."""
    return sorted((m for m in catalogue if m.id), key=lambda m: (_source(m), m.context or ""))


def written(catalogue: Catalog) -> str:
    """A catalogue as the text of its file."""
    return HEADER + "".join("\n" + "".join(f"{line}\n" for line in _entry(m)) for m in texts(catalogue))


def _entry(message: Message) -> Iterator[str]:
    yield from (f"# {comment}" for comment in message.user_comments)
    yield from (f"#: {name}" for name in sorted({name for name, _line in message.locations}))
    if message.fuzzy:
        yield "#, fuzzy"
    if message.context:
        yield f"msgctxt {_quoted(message.context)}"
    yield f"msgid {_quoted(_source(message))}"
    if isinstance(message.id, list | tuple):
        yield f"msgid_plural {_quoted(message.id[1])}"
        yield f"msgstr[0] {_quoted(_translation(message))}"
    else:
        yield f"msgstr {_quoted(_translation(message))}"


def _quoted(text: str) -> str:
    from babel.messages.pofile import escape

    return escape(text)


def _source(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


def _named(message: Message) -> str:
    return repr(_source(message)) + (f" ({message.context})" if message.context else "")


def _translation(message: Message) -> str:
    """The translation; a plural has one too, for Chinese knows one form."""
    string = message.string
    return str((string[0] if isinstance(string, list | tuple) else string) or "")


def _placeholders(text: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(text))
