"""Encoded answers, kept for a moment: what many ask for at once is encoded and compressed once."""

import gzip
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

Headers = list[tuple[bytes, bytes]]
MOST_BYTES = 16 * 1024 * 1024  # of all bodies together
SMALL = 1_000  # bytes, under which compressing does not pay
GZIPPED = b"-gz"  # of a tag: other bytes, another tag
PRICE_SECONDS, OTHER_SECONDS = 0.5, 1.0  # before the answer is made again
_AGE = re.compile(rb'"age_ms":\d+')
_MAX_AGE = re.compile(rb"max-age=(\d+)")


@dataclass(slots=True)
class Body:
    """One answer of status 200.

    Attributes:
        endpoint: Who made it.
        headers: Without those that depend on how it is sent.
        content: What it says apart from ages; the same content need not be sent again.
        tag: The entity tag's opaque part; of the very bytes, unless `weak`.
        weak: True where the ages in it move on while the content stays.
        lasts: Seconds for which it may be sent again unseen.
        made_at, seen_at: Monotonic seconds when it was encoded and when it was last found true.
    """

    endpoint: Any
    headers: Headers
    raw: bytes
    content: bytes
    tag: bytes
    weak: bool
    lasts: float
    made_at: float
    seen_at: float
    _compressed: bytes | None = field(default=None, repr=False)
    _described: dict[bool, Headers] = field(default_factory=dict, repr=False)

    @property
    def large(self) -> bool:
        return len(self.raw) >= SMALL

    def described(self, zipped: bool) -> Headers:
        """All headers of the body, sent as it is or compressed."""
        if zipped not in self._described:
            tag = b'"' + self.tag + (GZIPPED if zipped else b"") + b'"'
            size = len(self.compressed if zipped else self.raw)
            self._described[zipped] = [
                *self.headers,
                (b"etag", b"W/" + tag if self.weak else tag),
                (b"vary", b"Accept-Encoding"),
                *([(b"content-encoding", b"gzip")] if zipped else []),
                (b"content-length", b"%d" % size),
            ]
        return self._described[zipped]

    def confirmed(self, by: "Body") -> None:
        """The same content was found again: what may be done with it is what the newer one says."""
        self.headers, self.lasts, self.seen_at = by.headers, by.lasts, by.seen_at
        self._described.clear()

    @property
    def compressed(self) -> bytes:
        if self._compressed is None:
            self._compressed = gzip.compress(self.raw, 6, mtime=0)
        return self._compressed

    @property
    def size(self) -> int:
        """Bytes to reckon with, the compressed form included."""
        return 2 * len(self.raw)


def body_of(endpoint: Any, headers: Headers, raw: bytes, now: float) -> Body:
    """Describe an answer. One that says `max-age=1` is a price, and its age is told anew."""
    control = next((value for name, value in headers if name == b"cache-control"), b"")
    found = _MAX_AGE.search(control)
    max_age = int(found[1]) if found else 0
    content = _hash(_AGE.sub(b"", raw))
    price = b'"age_ms":' in raw and max_age <= 1
    kept = [(n, v) for n, v in headers if n not in (b"content-length", b"vary", b"etag")]
    lasts = min(float(max_age), PRICE_SECONDS if price else OTHER_SECONDS)
    tag = content if price else _hash(raw)
    return Body(endpoint, kept, raw, content, tag, price, lasts, now, now)


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=12).hexdigest().encode()


class KeptBodies:
    """The bodies last asked for, by path and query; bounded in bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[tuple[bytes, bytes], Body] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[bytes, bytes], now: float) -> Body | None:
        """Return a body that may be sent unseen."""
        body = self._kept.get(key)
        if body is None or now - body.seen_at >= body.lasts:
            return None
        self._kept.move_to_end(key)
        return body

    def put(self, key: tuple[bytes, bytes], body: Body) -> Body:
        """Keep it, or keep the older one of the same content: the same tag is the same bytes."""
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= before.size
            if before.content == body.content and not body.weak:
                before.confirmed(body)
                body = before
        if body.lasts > 0 or before is body:
            self._kept[key] = body
            self._bytes += body.size
            while self._bytes > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.size
        return body
