"""What every story of production begins with."""

import pytest


@pytest.fixture
def works(world):
    from tests.production.stories import with_works

    return with_works(world)
