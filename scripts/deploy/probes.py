"""Asks a version over HTTP whether it is the right one and whether it is well."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import urllib3

from deploy.platform import PlatformError
from deploy.smoke import Check, Expected, smoke

_TIMEOUT = urllib3.Timeout(connect=3.0, read=7.0)
_MOST_BYTES = 64 * 1024


class Probes(Protocol):
    """Questions to what runs behind an address."""

    def digest(self, address: str) -> str:
        """Return the digest that it says to run; empty when it says none or does not answer."""
        ...

    def smoke(self, address: str, program: str, expected: Expected) -> list[Check]:
        """Ask everything that the new version must be able to answer before anybody uses it."""
        ...

    def take_lease(self, address: str) -> None:
        """Have the new version do from now on what one task does for all.

        Raises:
            PlatformError: If it does not say that it will.
        """
        ...


class HttpProbes:
    """Real ones.

    Args:
        headers: What the test rule asks for; production does not mind.
        smoke_token: Returns what the bot's smoke route wants.
    """

    def __init__(self, headers: Mapping[str, str], smoke_token: Callable[[], str] = str) -> None:
        self._headers = dict(headers)
        self._smoke_token = smoke_token

    def digest(self, address: str) -> str:
        status, content = self.ask(address, "/version")
        found = content.get("digest") if status == 200 else None
        return found if isinstance(found, str) else ""

    def smoke(
        self, address: str, program: str, expected: Expected, *, public: bool = False
    ) -> list[Check]:
        """See Probes; public: through the route of people's requests, without the header."""

        def ask(
            path: str, content: dict[str, Any] | None = None, token: str = ""
        ) -> tuple[int, dict[str, Any]]:
            return self.ask(address, path, content, token, headers={} if public else None)

        return smoke(ask, program, expected, self._smoke_token, public=public)

    def take_lease(self, address: str) -> None:
        status, content = self.ask(address, "/internal/lease/take", {}, self._smoke_token())
        if status != 202:
            raise PlatformError(f"The lease is not handed over: {status} {json.dumps(content)}")

    def ask(
        self,
        address: str,
        path: str,
        content: dict[str, Any] | None = None,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON; 0 when nobody answered."""
        # A connection of its own each time: a kept one would stay with the task that it has.
        sent = {**(self._headers if headers is None else headers), "Connection": "close"}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        try:
            with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
                answer = pool.request(
                    "GET" if content is None else "POST",
                    address.rstrip("/") + path,
                    headers=sent,
                    body=None if content is None else json.dumps(content).encode(),
                    preload_content=False,
                    redirect=False,
                )
                body = answer.read(_MOST_BYTES)
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return 0, {"error": f"no answer ({type(error).__name__})"}
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        return answer.status, found if isinstance(found, dict) else {}
