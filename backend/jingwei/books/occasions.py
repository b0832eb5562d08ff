"""摘要: what an entry is about, in the reader's language. The journal keeps what was written; the kind of the document,
its number and its party come from the registry when it is read, so that each reader has them in their own words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.read import title


def occasion(
    key: str | None,
    number: str,
    party: tuple[str, str],
    summary: str,
    *,
    is_reversal: bool,
    names_party: bool = True,
) -> str:
    """ "Goods receipt GR-2026-000018 Example Plastics DN-33": `key` is the kind of document, `party` its Chinese and
    English name, left out where `names_party` is False because it stands beside; `summary` is what the journal keeps.
    Kinds that ask for a summary of their own are told by it alone."""
    kind = catalogue.by_key.get(key or "")
    told = summary or number
    if kind is not None and "summary" not in kind.header_fields:
        parts = (str(kind.label), number, title(*party) if names_party else "", _rest(summary, number, party))
        told = " ".join(part for part in parts if part)
    return _("Reversal of %(what)s") % {"what": told} if is_reversal else told


def _rest(summary: str, number: str, party: tuple[str, str]) -> str:
    """What the journal says beyond the number and the party: a delivery note, the document that was paid, a reason."""
    for known in (number, *party):
        if known and (summary == known or summary.startswith(f"{known} ") or summary.endswith(f" {known}")):
            summary = summary.removeprefix(known).removesuffix(known).strip()
    return summary
