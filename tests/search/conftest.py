"""What tests of the search share."""

import pytest

from search import indexing
from search.contract import Engine


@pytest.fixture
def built_index(site: object, engine: Engine) -> None:
    """An index, of the sheets there are when a test begins."""
    indexing.rebuild()
