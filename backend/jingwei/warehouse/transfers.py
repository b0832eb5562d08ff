"""调拨: goods move inside the stock; quantities change places, value does not change."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import LocationKind
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.declare import Draft, Input
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.text import fold
from jingwei.stock import posting
from jingwei.stock.models import Move
from jingwei.warehouse import goods
from jingwei.warehouse.adjustments import Reversal
from jingwei.warehouse.models import Transfer

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"


def check(command: Command, drafts: Sequence[Draft]) -> list[Problem]:
    """Quantities, lots, and two different places of the stock."""
    problems = goods.quantities(command, [(d.row, d.record) for d in drafts])
    message: Text
    for draft in drafts:
        document: Transfer = draft.record
        problems += goods.lot_problems(draft.row, document)
        for name in ("from_location", "to_location"):
            place = getattr(document, name)
            if place.kind not in (LocationKind.STOCK, LocationKind.TRANSIT):
                message = _("%(place)s is not a place of the stock.") % {"place": place}
                problems.append(Problem("location.not_stock", message, field=name, row=draft.row))
        if document.from_location_id == document.to_location_id:
            message = _("Goods cannot be moved from a place to itself.")
            problems.append(Problem("move.same_location", message, field="to_location", row=draft.row))
    return problems


def post(command: Command, documents: Sequence[Transfer], inputs: Input) -> None:
    """Move the goods. Raises what `stock.posting.post` raises."""
    known = goods.lots(command, [line for d in documents for line in d.lines], make=False)
    by_company: dict[int, list[posting.MoveDraft]] = {}
    for document in documents:
        on = command.date_of(document.moved_at, document.company_id)
        by_company.setdefault(document.company_id, []).extend(
            posting.MoveDraft(
                document_id=document.pk,
                line=line.line,
                item_id=line.item_id,
                from_location_id=document.from_location_id,
                to_location_id=document.to_location_id,
                quantity=line.quantity_stock,
                effective_at=document.moved_at,
                effective_on=on,
                lot_id=known.get((line.item_id, fold(line.lot))) if line.lot else None,
                summary=document.reason,
            )
            for line in document.lines
        )
    for company_id, drafts in sorted(by_company.items()):
        posting.post(command, company_id, drafts)


def reverse(command: Command, documents: Sequence[Transfer], inputs: Reversal) -> None:
    """Move the goods back."""
    for document in documents:
        if inputs.moved_at < document.moved_at:
            raise Refusal(Problem("date.order", _("The goods cannot go back before they moved."), field="moved_at"))
        rows = Move.objects.filter(group_id=document.group_id, document_id=document.pk, reverses=None)
        on = command.date_of(inputs.moved_at, document.company_id)
        drafts = posting.mirrored(list(rows.order_by("id")), inputs.moved_at, on, {document.pk: ""})
        posting.post(command, document.company_id, drafts)
