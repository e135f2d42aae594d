"""Serving over HTTP until told to stop."""

import sys

import uvicorn

from common import environments, logs
from common.errors import Misconfigured
from common.garbage import keep_what_is_there
from common.settings import read
from market_data.app import create_app
from market_data.settings import Settings


def run() -> int:
    """Serve; return 2 with one sentence when a setting is wrong."""
    try:
        settings = read(Settings)
        limits = environments.load(settings.environment)
        logs.configure("market-data", settings.log_level or limits.log_level, settings.environment)
        app = create_app(settings)
    except Misconfigured as error:
        print(f"market-data cannot start: {error}", file=sys.stderr)
        return 2
    keep_what_is_there()
    uvicorn.run(
        app,
        host=settings.market_data_host,
        port=settings.market_data_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here depends on who asks
        timeout_graceful_shutdown=5,
    )
    return 0
