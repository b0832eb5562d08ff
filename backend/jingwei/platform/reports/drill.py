"""From rows to the documents behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.reports.declare import Drill


def to_documents(group_id: int, types: Mapping[int, str]) -> dict[int, Drill]:
    """Drills to documents, given their ids with the type that the registry keeps.

    Where several declarations share a model by a fixed value (a voucher and an opening balance), the row's own value
    decides which of them opens it: one statement for each such type. A type that is not declared has no drill.
    """
    by_type: dict[str, list[int]] = defaultdict(list)
    for id, type in types.items():
        by_type[type].append(id)
    found: dict[int, Drill] = {}
    for type, ids in by_type.items():
        owner = catalogue.by_key.get(type)
        if owner is None:
            continue
        if not owner.where:
            found |= {id: Drill(document=(owner.key, id)) for id in ids}
            continue
        views = list(catalogue.views_of(owner))
        names = sorted({name for view in views for name in view.where})
        rows = owner.model._default_manager.filter(group_id=group_id, id__in=ids)
        for id, *values in rows.values_list("id", *names):
            held = dict(zip(names, values, strict=True))
            view = next((v for v in views if v.where.items() <= held.items()), owner)
            found[id] = Drill(document=(view.key, id))
    return found
