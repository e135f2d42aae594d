"""Requests to AWS, signed as it asks (Signature Version 4)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who asks; `token` comes with those that end after some hours."""

    key: str
    secret: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        path: Begins with `/`; not yet escaped.
        query: In the order in which it is sent.
        headers: Names in small letters; `host` is one of them.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        """The escaped path and query, as they are sent."""
        query = urlencode(sorted(self.query.items()), quote_via=quote, safe="-_.~")
        return escaped(self.path) + (f"?{query}" if query else "")


def escaped(path: str) -> str:
    """Return a path as S3 compares it: once escaped, slashes kept."""
    return quote(path, safe="/-_.~")


def signed(
    request: Request, who: Credentials, region: str, now: datetime, service: str = "s3"
) -> dict[str, str]:
    """Return all headers to send, `authorization` among them; `now` is UTC."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    content = hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "x-amz-date": stamp, "x-amz-content-sha256": content}
    if who.token:
        headers["x-amz-security-token"] = who.token
    named = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name].strip()}\n" for name in sorted(headers)]
    path, _, query = request.target.partition("?")
    canonical = "\n".join([request.method, path, query, "".join(lines), named, content])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    told = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    key = f"AWS4{who.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, told.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={who.key}/{scope}, "
        f"SignedHeaders={named}, Signature={signature}"
    )
    return headers
