"""What every scenario ends with."""

from __future__ import annotations

from jingwei.platform.invariants import violations
from jingwei.server.wiring import invariants
from tests.support.world import World


def check_invariants(world: World) -> None:
    """All named rules hold in the test's group."""
    found = [f"{v.key} {v.table} {v.id}: {v.detail} ({v.says})" for v in violations(invariants(), world.group.pk)]
    assert not found, "\n".join(found)
