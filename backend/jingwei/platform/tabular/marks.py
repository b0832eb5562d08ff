"""The mark that keeps a spreadsheet from running text of a CSV file as a formula.

Text that begins with = + - @, their full-width forms, tab or line end would be run as a formula when the file is
opened. Such text gets an apostrophe in front, and so does text that already looks like a marked one: reading takes
away exactly what writing has added.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_MARKED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")


def with_mark(text: str) -> str:
    """Text as it is written into CSV."""
    return "'" + text if _DANGEROUS.match(text) else text


def without_mark(text: str) -> str:
    """Text as it was before `with_mark`."""
    return text[1:] if text[:1] == "'" and _MARKED.match(text) else text
