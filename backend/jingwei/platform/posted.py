"""What documents share that are typed, posted once, and taken back in red: their states and the two actions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from jingwei.platform.documents.declare import Action, Document, Input, Rule, State
from jingwei.platform.errors import Text

DRAFT, POSTED, REVERSED = "draft", "posted", "reversed"

STATES = (
    State(DRAFT, _("Draft"), "grey"),
    State(POSTED, _("Posted"), "green"),
    State(REVERSED, _("Reversed"), "violet"),
)

TYPED = frozenset({DRAFT})


def posting(rule: Rule, *, help: Text) -> Action:
    """The action that posts a draft; the primary one."""
    return Action(key="post", label=_("Post"), source=TYPED, target=POSTED, rule=rule, style="primary", help=help)


def reversing(rule: Rule, inputs: type[Input], *, help: Text, ask: Text) -> Action:
    """The action that takes a posted document back; both stay in the books."""
    return Action(
        key="reverse",
        label=_("Reverse"),
        source=frozenset({POSTED}),
        target=REVERSED,
        rule=rule,
        inputs=inputs,
        style="danger",
        help=help,
        ask=ask,
    )


def posted(**declaration: Any) -> Document:
    """A declaration with what all posted documents share: states, and that only drafts are changed or deleted."""
    shared = {"states": STATES, "editable_in": TYPED, "deletable_in": TYPED}
    return Document(**{**shared, **declaration})
