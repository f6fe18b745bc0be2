"""The two regions of TeleCMI: the same calls under other addresses and other parameter names.

Answers differ too (``total`` or ``count``, ``_id`` or ``cmiuid``, the agent in ``from`` or in ``agent``), but
each of these shapes has been seen in the other region as well, so reading them depends on no dialect.

Sources: https://doc.telecmi.com/chub-india/docs/ and https://doc.telecmi.com/chub/docs/, each with the pages
out-missed, out-answered and answered-call.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from notifier.config.schema import Region
from notifier.model import Endpoint


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one region is asked."""

    base_url: str  # with its /v1 or /v2, without a slash at the end
    paths: Mapping[Endpoint, str]
    secret: str  # the name of the parameter that carries the app secret
    largest_page: int  # records; more are not asked for

    def url(self, endpoint: Endpoint, base_url: str = "") -> str:
        """Where an endpoint is asked.

        Args:
            endpoint: the list of calls.
            base_url: what the configuration says instead of the region's own; "" where it says nothing.
        """
        return (base_url or self.base_url).rstrip("/") + self.paths[endpoint]


DIALECTS: Mapping[Region, Dialect] = {
    "india": Dialect(
        base_url="https://piopiy.telecmi.com/v1",
        paths={
            Endpoint.OUT_MISSED: "/outmissed",
            Endpoint.OUT_ANSWERED: "/outanswered",
            Endpoint.IN_ANSWERED: "/answered",
        },
        secret="token",  # noqa: S106 - the parameter's name, not a secret
        largest_page=100,  # no limit is documented; where fewer are sent, reading goes on
    ),
    "global": Dialect(
        base_url="https://rest.telecmi.com/v2",
        paths={
            Endpoint.OUT_MISSED: "/out_missed",
            Endpoint.OUT_ANSWERED: "/out_answered",
            Endpoint.IN_ANSWERED: "/answered",
        },
        secret="secret",  # noqa: S106 - the parameter's name, not a secret
        largest_page=20,
    ),
}
