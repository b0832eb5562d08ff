"""A company of real-shaped data, loaded once for all stories."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def loaded() -> Any:
    from jingwei.platform.organising import create_group
    from jingwei.server.roles import PRESETS
    from tests.scenarios.ledgers import load
    from tests.support.realdata import adventureworks

    adventureworks()
    return load(create_group("Adventure Works", PRESETS).pk)


@pytest.fixture(scope="session")
def firm(loaded: Any) -> Any:
    from jingwei.server.loading.firm import found
    from tests.scenarios.ledgers import HALF_YEAR

    return found("AW", first=HALF_YEAR.first, last=HALF_YEAR.last, group_id=loaded.company.group_id)
