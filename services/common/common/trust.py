"""Whose certificates this process trusts: read once, however many connections are made."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx

_WHERE = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@cache
def trust() -> ssl.SSLContext:
    """The certificates of this process: reading them costs 0.1 s, so every client shares them."""
    return httpx.create_ssl_context()


@contextmanager
def no_certificates() -> Iterator[None]:
    """Let what is imported within read none.

    aiohttp reads all of them while it is imported, for a default that nothing here uses: 0.1 s of
    a core and 2 MB. A connection that is not given `trust()` then trusts nobody, and fails.
    """
    before = {name: os.environ.get(name) for name in _WHERE}
    os.environ.update(dict.fromkeys(_WHERE, os.devnull))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
