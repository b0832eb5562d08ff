"""Keeping the registry: one row per record under the same id, with what search and references need to show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.declare import Document
from jingwei.platform.models import Attachment, Comment, Link, RegistryRow
from jingwei.platform.text import fold, pinyin_initials

WRITTEN = ("number", "date", "party", "state", "title_zh", "title_en", "search_text")
#: What refers to a registry row and goes with it.
HUNG = (
    (Link, "source_id = ANY(%(ids)s) OR target_id = ANY(%(ids)s)"),
    (Comment, "document_id = ANY(%(ids)s)"),
    (Attachment, "document_id = ANY(%(ids)s)"),
)


def register(document: Document, records: Sequence[Any], *, known: bool = False) -> None:
    """Insert, or with `known` rewrite, the registry rows of records."""
    owner = catalogue.of(document.model)
    rows = [registry_row(owner, record) for record in records]
    if known:
        sets.update(rows, WRITTEN)
    else:
        sets.insert(rows)


def registry_row(document: Document, record: Any) -> RegistryRow:
    """The registry's view of a record."""
    zh, en = (str(getattr(record, name, "") or "") for name in document.title)
    number = str(getattr(record, document.number, "") or "")
    return RegistryRow(
        id=record.pk,
        group_id=record.group_id,
        company_id=getattr(record, "company_id", None),
        type=document.key,
        number=number[:60],
        date=getattr(record, document.date) if document.date else None,
        party_id=getattr(record, f"{document.party}_id") if document.party else None,
        state=record.state,
        title_zh=zh[:250],
        title_en=en[:250],
        search_text=search_text(document, record, number, zh, en),
    )


def search_text(document: Document, record: Any, number: str, zh: str, en: str) -> str:
    """Everything the record is found by, folded: number, both names, pinyin initials, and the declared fields."""
    parts = [number, zh, en, pinyin_initials(zh) if zh else ""]
    for name in document.search:
        collection, _, field = name.partition(".")
        if field:
            parts += [str(getattr(line, field) or "") for line in getattr(record, collection, [])]
        else:
            parts.append(str(getattr(record, name) or ""))
    return fold(" ".join(dict.fromkeys(p for p in parts if p)))


def unregister(group_id: int, ids: Sequence[int]) -> None:
    """Remove the rows of deleted drafts and unused masters, with what was hung on them: remarks, files, and links both
    to what they were made from and to what was made from them."""
    if not ids:
        return
    with connection.cursor() as cursor:
        for model, condition in HUNG:
            statement = f'DELETE FROM "{model._meta.db_table}" WHERE group_id = %(group)s AND ({condition})'
            cursor.execute(statement, {"group": group_id, "ids": list(ids)})
    sets.delete(RegistryRow, group_id, ids)
