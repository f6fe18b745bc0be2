"""The documents, and a page of metrics on which none is without a sample."""

from pathlib import Path

import pytest

from tests.support.scraped import Scraped, something_of_everything


@pytest.fixture
async def page() -> Scraped:
    return await something_of_everything()


@pytest.fixture
def docs() -> Path:
    return Path(__file__).parents[2] / "docs"
