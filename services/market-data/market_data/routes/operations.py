"""For whoever runs this: how the providers are doing, and numbers for Prometheus."""

from starlette.requests import Request
from starlette.responses import Response

from common.wire import ProvidersReply
from market_data.market import Markets
from market_data.metrics import Metrics
from market_data.routes.table import Row, json, refuse_unknown


async def providers(request: Request) -> Response:
    """Tell how each source is doing."""
    refuse_unknown(request, ())
    markets: Markets = request.app.state.markets
    return json(ProvidersReply(providers=markets.states()))


async def metrics(request: Request) -> Response:
    """Tell the counters and clocks."""
    page: Metrics = request.app.state.metrics
    text, media_type = page.text()
    return Response(text, headers={"Content-Type": media_type})


ROWS = (
    Row(
        "/v1/providers",
        providers,
        "How the sources of prices are doing",
        ProvidersReply,
        (),
        (422,),
        "A provider that has failed too often is left alone for a while and then tried again with "
        "one call.",
    ),
    Row("/metrics", metrics, "Numbers for Prometheus", None),
)
