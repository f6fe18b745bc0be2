"""Both regions, as they are documented."""

import pytest

from notifier.config.schema import Region
from notifier.model import Endpoint
from notifier.telecmi.dialects import DIALECTS


@pytest.mark.parametrize(
    ("region", "url", "secret", "largest"),
    [
        ("india", "https://piopiy.telecmi.com/v1/outmissed", "token", 100),
        ("global", "https://rest.telecmi.com/v2/out_missed", "secret", 20),
    ],
)
def test_each_region_has_its_own_address_and_words(
    region: Region, url: str, secret: str, largest: int
) -> None:
    dialect = DIALECTS[region]
    assert dialect.url(Endpoint.OUT_MISSED) == url
    assert dialect.secret == secret
    assert dialect.largest_page == largest


@pytest.mark.parametrize(
    ("region", "endpoint", "url"),
    [
        ("india", Endpoint.OUT_ANSWERED, "https://piopiy.telecmi.com/v1/outanswered"),
        ("india", Endpoint.IN_ANSWERED, "https://piopiy.telecmi.com/v1/answered"),
        ("global", Endpoint.OUT_ANSWERED, "https://rest.telecmi.com/v2/out_answered"),
        ("global", Endpoint.IN_ANSWERED, "https://rest.telecmi.com/v2/answered"),
    ],
)
def test_answered_calls_have_addresses_of_their_own(region: Region, endpoint: Endpoint, url: str) -> None:
    assert DIALECTS[region].url(endpoint) == url


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/"])
def test_a_configured_base_url_takes_the_place_of_the_regions_own(base: str) -> None:
    assert DIALECTS["india"].url(Endpoint.OUT_MISSED, base) == "http://127.0.0.1:8080/v1/outmissed"


@pytest.mark.parametrize("endpoint", Endpoint)
def test_every_endpoint_has_a_path_in_every_region(endpoint: Endpoint) -> None:
    assert all(dialect.paths[endpoint].startswith("/") for dialect in DIALECTS.values())
