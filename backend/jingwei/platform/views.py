"""Saved views of lists and reports: kept for oneself, shared with a company or a role, one of them the default."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from jingwei.platform import sets
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.documents.read import title
from jingwei.platform.errors import Problem, Refusal, not_found
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import DefaultView, Role, RoleAssignment, SavedView
from jingwei.platform.text import clean

SHARE = "platform.view.share"
MOST = 50


def check_place(actor: Actor, place: str) -> None:
    """404 unless the list or report is there and the actor may see it."""
    known = place in catalogue.by_key or place in catalogue.reports
    if not known or not actor.may(f"{place}.view"):
        raise not_found(_("List or report"), place)


def seen(actor: Actor) -> models.QuerySet[SavedView]:
    """The views an actor may use: their own, those of companies they see and of roles they hold."""
    roles = RoleAssignment.objects.filter(group_id=actor.group_id, user_id=actor.user_id).values("role_id")
    shared = models.Q(company_id__in=actor.companies) | models.Q(role_id__in=roles)
    return SavedView.objects.filter(models.Q(owner_id=actor.user_id) | shared, group_id=actor.group_id)


def views_of(actor: Actor, place: str) -> dict[str, Any]:
    """The views of a list or report by name, which of them opens first, and with whom they can be shared."""
    check_place(actor, place)
    rows = seen(actor).filter(place=place).select_related("owner", "role", "company").order_by("name", "id")
    first = DefaultView.objects.filter(group_id=actor.group_id, user_id=actor.user_id, place=place)
    default = first.values_list("view_id", flat=True).first()
    found = [view_json(view, actor) for view in rows]
    may_share = actor.may(SHARE, actor.company_id)
    return {
        "rows": found,
        # A default that is no longer shared is none.
        "default": default if any(view["id"] == default for view in found) else None,
        "may_share": may_share,
        "roles": _roles(actor) if may_share else [],
    }


def _roles(actor: Actor) -> list[dict[str, Any]]:
    rows = Role.objects.filter(group_id=actor.group_id).order_by("key")
    return [{"id": role.pk, "name": title(role.name_zh, role.name_en)} for role in rows]


def view_json(view: SavedView, actor: Actor) -> dict[str, Any]:
    """A view as its users see it."""
    company, role = view.company, view.role
    with_whom = company or role
    return {
        "id": view.pk,
        "place": view.place,
        "name": view.name,
        "content": view.content,
        "owner": {"id": view.owner_id, "name": view.owner.name},
        "shared": "company" if company else "role" if role else "",
        "shared_with": title(with_whom.name_zh, with_whom.name_en) if with_whom else "",
        "role": view.role_id,
        "may_change": _may_change(view, actor),
    }


def _may_change(view: SavedView, actor: Actor) -> bool:
    shared = view.company_id is not None or view.role_id is not None
    return view.owner_id == actor.user_id or (shared and actor.may(SHARE, view.company_id))


def keep(command: Command, place: str, name: str, content: dict[str, Any]) -> SavedView:
    """Keep a view for oneself. Raises Refusal `view.name`, `view.too_many`, `field.required`, 404 for the place."""
    actor = command.actor
    check_place(actor, place)
    mine = SavedView.objects.filter(group_id=actor.group_id, place=place, owner_id=actor.user_id)
    if mine.count() >= MOST:
        message = _("You keep %(most)s views here already.") % {"most": MOST}
        raise Refusal(Problem("view.too_many", message, _("Delete one that is no longer used."), field="name"))
    view = SavedView(
        id=sets.next_ids(1)[0],
        group_id=actor.group_id,
        place=place,
        owner_id=actor.user_id,
        name=_name(name),
        content=content,
        changed_at=command.at,
    )
    _once(view)
    sets.insert([view])
    return view


def change(command: Command, id: int, changes: dict[str, Any]) -> SavedView:
    """Change name, content or with whom a view is shared (`shared`: company, role with `role`, or nothing). Raises
    Refusal 404, 403 without the right, `view.name`."""
    view = _changeable(command.actor, id)
    if "name" in changes:
        view.name = _name(changes["name"])
        _once(view)
    if "content" in changes:
        view.content = changes["content"]
    if "shared" in changes:
        _share(command.actor, view, changes["shared"], changes.get("role"))
    view.changed_at = command.at
    sets.update([view], ["name", "content", "company", "role", "changed_at"])
    return view


def _share(actor: Actor, view: SavedView, shared: str, role: int | None) -> None:
    if shared:
        actor.need(SHARE, actor.company_id)
    view.company_id = actor.company_id if shared == "company" else None
    view.role_id = None
    if shared == "role":
        if not Role.objects.filter(group_id=actor.group_id, id=role or 0).exists():
            raise not_found(_("Role"), role or 0)
        view.role_id = role


def forget(command: Command, id: int) -> None:
    """Delete a view, also where it opened first. Raises Refusal 404, 403."""
    view = _changeable(command.actor, id)
    DefaultView.objects.filter(group_id=view.group_id, view_id=view.pk).delete()
    sets.delete(SavedView, view.group_id, [view.pk])


def open_first(command: Command, place: str, id: int | None) -> None:
    """Make a view the one with which the actor's list opens; None opens it as declared. Raises Refusal 404."""
    actor = command.actor
    check_place(actor, place)
    if id is not None and not seen(actor).filter(place=place, id=id).exists():
        raise not_found(_("View"), id)
    DefaultView.objects.filter(group_id=actor.group_id, user_id=actor.user_id, place=place).delete()
    if id is not None:
        made = DefaultView(
            id=sets.next_ids(1)[0], group_id=actor.group_id, user_id=actor.user_id, place=place, view_id=id
        )
        sets.insert([made])


def _changeable(actor: Actor, id: int) -> SavedView:
    view = seen(actor).select_for_update(of=("self",)).filter(id=id).first()
    if view is None:
        raise not_found(_("View"), id)
    if not _may_change(view, actor):
        actor.need(SHARE, view.company_id)
    return view


def _name(given: str) -> str:
    name = clean(given)
    if not name:
        raise Refusal(Problem("field.required", _("Give the view a name."), field="name"))
    return name


def _once(view: SavedView) -> None:
    mine = SavedView.objects.filter(group_id=view.group_id, place=view.place, owner_id=view.owner_id)
    if mine.filter(name=view.name).exclude(pk=view.pk).exists():
        message = _("You keep a view called %(name)s already.") % {"name": view.name}
        raise Refusal(Problem("view.name", message, _("Choose another name, or change that view."), field="name"))
