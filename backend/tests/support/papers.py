"""PDF files as tests read them."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader


def pages(content: bytes) -> list[list[str]]:
    """The lines of each page as they are read, without the one that says when it was printed."""
    assert content.startswith(b"%PDF-")
    texts = [page.extract_text().replace("\u200b", "") for page in PdfReader(io.BytesIO(content)).pages]
    return [[line for line in text.splitlines() if not re.match(r"打印 20|Printed 20", line)] for text in texts]


def paper(person: Any, path: str, language: str) -> list[list[str]]:
    """The pages of a print, by a person who may have it."""
    reply = person.get(f"{path}{'&' if '?' in path else '?'}language={language}")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pdf"), reply.body
    return pages(reply.body)


def letters(content: bytes, word: str) -> set[float]:
    """In how many points a word is set, wherever it stands alone."""
    found: set[float] = set()

    def seen(text: str, _cm: Any, matrix: Any, _font: Any, size: float) -> None:
        if text.replace("\u200b", "").strip() == word:
            found.add(round(abs(size * matrix[0]), 1))

    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=seen)
    return found


def sizes(content: bytes) -> set[tuple[float, float]]:
    """Width and height of the pages in millimetres."""
    boxes = [page.mediabox for page in PdfReader(io.BytesIO(content)).pages]
    return {(round(float(b.width) / 72 * 25.4, 1), round(float(b.height) / 72 * 25.4, 1)) for b in boxes}


def foots(content: bytes) -> list[str]:
    """The last line of each page from "Page" on: which page of how many."""
    found = [page.extract_text().splitlines()[-1] for page in PdfReader(io.BytesIO(content)).pages]
    return [re.sub(r"^.*(?=Page )", "", line) for line in found]
