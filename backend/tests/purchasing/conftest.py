"""What every story of purchasing begins with."""

import pytest


@pytest.fixture
def firm(world):
    from tests.purchasing.stories import with_suppliers

    return with_suppliers(world)
