"""Attachments and comments of any record: bytes once per group, names many times."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.read import plain
from jingwei.platform.errors import Problem, Refusal, not_found
from jingwei.platform.models import Attachment, Blob, Comment
from jingwei.platform.text import clean

LARGEST = 20 * 1024 * 1024
#: First bytes of the kinds of file that are taken; text has none. What a browser would run is not taken.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (b"RIFF",),
    "application/zip": (b"PK\x03\x04",),
    "text/plain": (),
}
ENDINGS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "zip": "application/zip",
    "ofd": "application/zip",
    "xlsx": "application/zip",
    "docx": "application/zip",
    "txt": "text/plain",
    "csv": "text/plain",
    "xml": "text/plain",
}


def media_type_of(name: str, content: bytes) -> str:
    """The kind of a file by its ending and its first bytes, which must agree. Raises Refusal 415 `file.kind`."""
    kind = ENDINGS.get(name.rpartition(".")[2].lower())
    signatures = SIGNATURES.get(kind or "", ())
    fits = (kind == "text/plain" and b"\x00" not in content[:4096]) or any(content.startswith(s) for s in signatures)
    if kind is None or not fits:
        raise Refusal(
            Problem(
                "file.kind",
                _("%(name)s is not a kind of file that is kept here, or its content is not what its name says.")
                % {"name": name},
                _("Kept are: %(endings)s.") % {"endings": ", ".join(ENDINGS)},
                field="file",
                status=415,
            )
        )
    return kind


def attach(command: Command, document_id: int, name: str, content: bytes) -> Attachment:
    """Keep a file with a record. Raises Refusal `file.too_large`, `file.empty`, `file.kind`, `text.control`."""
    if len(content) > LARGEST:
        raise Refusal(Problem("file.too_large", _("A file may have at most 20 MB."), field="file", status=413))
    if not content:
        raise Refusal(Problem("file.empty", _("The file is empty."), field="file"))
    name = clean(name.replace("\\", "/").rpartition("/")[2])[:200]
    kind = media_type_of(name, content)
    group_id = command.actor.group_id
    digest = hashlib.sha256(content).hexdigest()
    blob = Blob.objects.filter(group_id=group_id, sha256=digest).defer("content").first()
    if blob is None:
        blob = Blob(group_id=group_id, sha256=digest, size=len(content), content=content, id=sets.next_ids(1)[0])
        sets.insert([blob])
    made = Attachment(
        id=sets.next_ids(1)[0],
        group_id=group_id,
        document_id=document_id,
        blob_id=blob.pk,
        name=name,
        media_type=kind,
        created_by_id=command.actor.user_id,
        created_at=command.at,
    )
    sets.insert([made])
    return made


def remark(command: Command, document_id: int, body: str) -> Comment:
    """Add a comment. Raises Refusal `field.required`, `text.length`, `text.control`."""
    text = clean(body, multiline=True)
    if not text:
        raise Refusal(Problem("field.required", _("Write something first."), field="body"))
    if len(text) > 4000:
        raise Refusal(Problem("text.length", _("A comment may have at most 4,000 characters."), field="body"))
    made = Comment(
        id=sets.next_ids(1)[0],
        group_id=command.actor.group_id,
        document_id=document_id,
        body=text,
        created_by_id=command.actor.user_id,
        created_at=command.at,
    )
    sets.insert([made])
    return made


def attachments_of(group_id: int, document_id: int) -> list[dict[str, Any]]:
    """The files of a record, newest first."""
    rows = Attachment.objects.filter(group_id=group_id, document_id=document_id).order_by("-id")
    fields = ("id", "name", "media_type", "blob__size", "created_at", "created_by_id", "created_by__name")
    return [
        {
            "id": id,
            "name": name,
            "media_type": kind,
            "size": size,
            "created_at": plain(at),
            "created_by": {"id": by, "name": by_name},
        }
        for id, name, kind, size, at, by, by_name in rows.values_list(*fields)
    ]


def find_attachment(group_id: int, id: int) -> Attachment:
    """An attachment of the group, or 404."""
    found = Attachment.objects.filter(group_id=group_id, id=id).select_related("blob", "document").first()
    if found is None:
        raise not_found(_("Attachment"), id)
    return found
