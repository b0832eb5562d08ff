"""Books to tell stories in: a company with a chart and a year, and vouchers made in one line."""

from __future__ import annotations

from datetime import date
from typing import Any

from jingwei.books.charts import Standard, Taxpayer
from jingwei.books.starting import start_books
from jingwei.platform.documents.command import run
from jingwei.platform.documents.perform import perform
from tests.support.world import World


def with_books(world: World, standard: Standard = Standard.SBE, year: int = 2026, **more: Any) -> World:
    """The world's company keeps books from the first of January."""
    run(
        world.actor.in_company(world.company_id),
        lambda command: start_books(
            command,
            world.company_id,
            standard=standard,
            **{"taxpayer": Taxpayer.GENERAL, "starts_on": date(year, 1, 1), **more},
        ),
    )
    return world


def voucher(*lines: tuple[Any, ...], on: str = "2026-11-22", **more: Any) -> dict[str, Any]:
    """A voucher's body from (account, debit, credit) or (account, debit, credit, further fields)."""
    return {
        "posted_on": on,
        "summary": "测试",
        "lines": [
            {"account": a, **({"debit": d} if d else {}), **({"credit": c} if c else {}), **dict(*rest)}
            for a, d, c, *rest in lines
        ],
        **more,
    }


OFFICE = (("560201", "300.00", None), ("1001", None, "300.00"))


def posted(world: World, *bodies: dict[str, Any], key: str = "finance.voucher") -> list[Any]:
    """Vouchers made by the system, reviewed by one colleague and posted."""
    made = world.create(key, *bodies)
    checker = world.person("controller")
    actor = world.acting(checker)
    ids = [v.pk for v in made]
    perform(key, ids, "review", actor=actor)
    return perform(key, ids, "post", actor=actor)
