"""A draft may be older than the decision to deal no more with somebody, or in something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.masterdata.models import Party
from jingwei.platform.errors import Problem, Text
from jingwei.platform.masters import ACTIVE


def out_of_use(field: str, documents: Iterable[tuple[Party, Iterable[Any]]]) -> Iterable[Problem]:
    """`party.blocked` and `item.blocked` (409) of documents, given as their party, which stands in `field`, and their
    lines."""
    message: Text
    for party, lines in documents:
        if party.state != ACTIVE:
            message = _("%(party)s is out of use.") % {"party": party}
            yield Problem("party.blocked", message, _("Have it activated."), field=field, status=409)
        for line in lines:
            if line.item.state != ACTIVE:
                message = _("%(item)s is out of use.") % {"item": line.item}
                yield Problem("item.blocked", message, _("Have it activated."), line=line.line, status=409)
