"""What all documents of the warehouse ask of their lines: stock units, lots, dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Item, Location, LocationKind, Tracking
from jingwei.masterdata.units import load_units, to_stock
from jingwei.platform import sets
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Problem, Refusal, Text
from jingwei.platform.text import fold
from jingwei.stock.models import Lot


def quantities(command: Command, documents: Sequence[tuple[int, Any]]) -> list[Problem]:
    """Fill `quantity_stock` of all lines, and the unit where none is given; problems where a quantity is not positive,
    not exact or does not convert.

    `documents` are (row, document) with `lines`.
    """
    load_units(command, (line.item for _r, d in documents for line in d.lines))
    problems: list[Problem] = []
    message: Text
    for row, document in documents:
        for position, line in enumerate(document.lines):
            place: dict[str, Any] = {"field": f"lines.{position}.quantity", "row": row, "line": position + 1}
            if line.quantity is None or line.quantity <= 0:
                message = _("The quantity must be greater than 0.")
                hint = _("Use the opposite document, or a return.")
                problems.append(Problem("qty.not_positive", message, hint).at(**place))
                continue
            if not line.item.is_stocked:
                message = _("%(item)s is not kept in stock.") % {"item": line.item}
                problems.append(Problem("item.not_stocked", message).at(**{**place, "field": f"lines.{position}.item"}))
            unit = line.unit = line.unit or line.item.unit
            if line.quantity != round(line.quantity, unit.scale):
                words = {"quantity": f"{line.quantity.normalize():f}", "unit": unit, "scale": unit.scale}
                message = _("%(quantity)s: %(unit)s has %(scale)s decimals.") % words
                problems.append(Problem("qty.scale", message).at(**place))
                continue
            try:
                line.quantity_stock = to_stock(line.item, line.quantity, unit)
            except Refusal as refusal:
                problems += [p.at(**place) for p in refusal.problems]
    return problems


def place_problems(item: Item, place: Location | None) -> list[Problem]:
    """Goods lie at a place of the stock; what is not kept in stock lies nowhere."""
    message: Text
    if item.is_stocked and place is None:
        message = _("%(item)s needs a place of the stock.") % {"item": item}
        return [Problem("location.needed", message, field="location")]
    if not item.is_stocked and place is not None:
        message = _("%(item)s is not kept in stock and has no place there.") % {"item": item}
        return [Problem("location.unwanted", message, field="location")]
    if place is not None and place.kind != LocationKind.STOCK:
        message = _("%(place)s is not a place of the stock.") % {"place": place}
        return [Problem("location.not_stock", message, field="location")]
    return []


def lot_problems(row: int, document: Any) -> list[Problem]:
    """A tracked item names its lot; a serial number is one piece and stands once."""
    problems: list[Problem] = []
    message: Text
    seen: set[tuple[int, str]] = set()
    for position, line in enumerate(document.lines):
        place: dict[str, Any] = {"field": f"lines.{position}.lot", "row": row, "line": position + 1}
        tracking = line.item.tracking
        if tracking != Tracking.NONE and not line.lot:
            message = _("%(item)s needs its lot or serial number.") % {"item": line.item}
            problems.append(Problem("lot.missing", message).at(**place))
        if tracking == Tracking.NONE and line.lot:
            message = _("%(item)s is not tracked by lot or serial number.") % {"item": line.item}
            problems.append(Problem("lot.unwanted", message).at(**place))
        if tracking == Tracking.SERIAL and line.lot:
            if line.quantity_stock != 1:
                problems.append(Problem("serial.quantity", _("A serial number is one piece.")).at(**place))
            key = (line.item_id, fold(line.lot))
            if key in seen:
                message = _("Serial number %(lot)s stands twice.") % {"lot": line.lot}
                problems.append(Problem("serial.twice", message).at(**place))
            seen.add(key)
    return problems


def lots(command: Command, lines: Iterable[Any], *, make: bool) -> dict[tuple[int, str], int]:
    """Ids of the lots the lines name, by item and folded code; those unknown are made, or refused (`lot.unknown`)."""
    wanted = {(line.item_id, fold(line.lot)): line for line in lines if line.lot}
    if not wanted:
        return {}
    rows = Lot.objects.filter(
        group_id=command.actor.group_id, item_id__in={i for i, _c in wanted}, code_folded__in={c for _i, c in wanted}
    )
    known = {(lot.item_id, lot.code_folded): lot.pk for lot in rows}
    missing = [key for key in wanted if key not in known]
    if missing and not make:
        line = wanted[missing[0]]
        message = _("%(item)s has no lot %(lot)s.") % {"item": line.item, "lot": line.lot}
        raise Refusal(Problem("lot.unknown", message, line=line.line))
    made = []
    for key, id in zip(missing, sets.next_ids(len(missing)) if missing else (), strict=True):
        line = wanted[key]
        serial = line.item.tracking == Tracking.SERIAL
        made.append(
            Lot(
                id=id,
                group_id=command.actor.group_id,
                item_id=key[0],
                code=line.lot,
                code_folded=key[1],
                is_serial=serial,
            )
        )
        known[key] = id
    sets.insert(made)
    return known
