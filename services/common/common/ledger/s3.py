"""A ledger in S3: one object an event, put only where none is, so that two writers cannot fork it.

The bucket's object lock makes an event a record that nobody can take back.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from common.aws.s3 import Bucket, Changed
from common.ledger import Moved
from common.ledger.events import BadEvent, Draft, Event, decode, encode, sealed

_AT_ONCE = 16


class S3Ledger:
    """Events in a folder of a bucket; what was read once is not read again."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._read: dict[str, Event] = {}  # by name; an event never changes

    def read(self) -> Sequence[Event]:
        names = sorted(name for name in self._bucket.names() if name.endswith(".json"))
        unread = [name for name in names if name not in self._read]
        if unread:
            with ThreadPoolExecutor(min(_AT_ONCE, len(unread))) as readers:
                self._read.update(zip(unread, readers.map(self._event, unread), strict=True))
        return [self._read[name] for name in names]

    def append(self, draft: Draft, after: Event | None) -> Event:
        event = sealed(draft, after)
        name = f"{event.seq:08}.json"
        try:
            self._bucket.write(name, encode(event).encode(), only="")
        except Changed:
            # Ours, if S3 did it and its reply was lost; nobody's yet, if two asked at once.
            try:
                ours = self._event(name) == event
            except FileNotFoundError:
                ours = False
            if not ours:
                raise Moved from None
        self._read[name] = event
        return event

    def _event(self, name: str) -> Event:
        body = self._bucket.get(name)
        try:
            return decode(body.decode("utf-8", errors="replace"))
        except BadEvent as error:
            place = f"s3://{self._bucket.bucket}/{self._bucket.folder}/{name}"
            raise BadEvent(f"{place}: {error}") from None
