"""Asks a version over HTTP whether it is the right one and whether it is well."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import urllib3

_TIMEOUT = urllib3.Timeout(connect=3.0, read=7.0)
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One question and whether the answer was good; `said` is for a person."""

    name: str
    passed: bool
    said: str


class Probes(Protocol):
    """Questions to what runs behind an address."""

    def digest(self, address: str) -> str:
        """Return the digest that it says to run; empty when it says none or does not answer."""
        ...

    def smoke(self, address: str, digest: str) -> list[Check]:
        """Ask everything that the new version must be able to answer before anybody uses it."""
        ...


class HttpProbes:
    """Real ones.

    Args:
        headers: What the test rule asks for; production does not mind.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def digest(self, address: str) -> str:
        status, content = self.ask(address, "/version")
        found = content.get("digest") if status == 200 else None
        return found if isinstance(found, str) else ""

    def smoke(self, address: str, digest: str) -> list[Check]:
        checks = []
        for path in ("/healthz", "/readyz"):
            status, content = self.ask(address, path)
            said = f"{status} {json.dumps(content)[:200]}" if status else content["error"]
            checks.append(Check(path, status == 200, said))
        found = self.digest(address)
        said = "the digest that is deployed" if found == digest else f"{found or 'no digest'}"
        return [*checks, Check("/version", found == digest, said)]

    def ask(self, address: str, path: str) -> tuple[int, dict[str, Any]]:
        """Return the status and JSON of a path; 0 when nobody answered."""
        try:
            # A connection of its own each time: a kept one would stay with the task that it has.
            with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
                answer = pool.request(
                    "GET",
                    address.rstrip("/") + path,
                    headers={**self._headers, "Connection": "close"},
                    preload_content=False,
                    redirect=False,
                )
                body = answer.read(_MOST_BYTES)
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return 0, {"error": f"no answer ({type(error).__name__})"}
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        return answer.status, content if isinstance(content, dict) else {}
