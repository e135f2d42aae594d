"""A ledger in S3: one object an event, put only where none is, so that two writers cannot fork it.

The bucket's object lock makes an event a record that nobody can take back.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from deploy.events import BadEvent, Draft, Event, decode, encode, sealed
from deploy.ledger import Moved

_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3Ledger:
    """Events under `s3://bucket/folder`; what was read once is not read again.

    Args:
        client: As `boto3.client("s3")` makes it.
    """

    def __init__(self, client: Any, address: str) -> None:
        parts = urlsplit(address)
        self._client = client
        self._bucket = parts.netloc
        self._folder = parts.path.strip("/")
        self._read: dict[str, Event] = {}  # by key; an event never changes

    def read(self) -> Sequence[Event]:
        keys = sorted(self._keys())
        for key in keys:
            if key not in self._read:
                self._read[key] = self._event(key)
        return [self._read[key] for key in keys]

    def append(self, draft: Draft, after: Event | None) -> Event:
        event = sealed(draft, after)
        key = self._key(event.seq)
        body = encode(event).encode()
        try:
            self._ask(
                self._client.put_object,
                Bucket=self._bucket,
                Key=key,
                Body=body,
                IfNoneMatch="*",
                ContentType="application/json",
            )
        except _Taken:
            # Ours, if S3 did it and its reply was lost.
            if self._event(key) != event:
                raise Moved from None
        self._read[key] = event
        return event

    def _key(self, seq: int) -> str:
        return f"{self._folder}/{seq:08}.json".lstrip("/")

    def _keys(self) -> list[str]:
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = self._ask(
                self._client.list_objects_v2, Bucket=self._bucket, Prefix=self._key(0)[:-13], **more
            )
            found += [it["Key"] for it in page.get("Contents", []) if it["Key"].endswith(".json")]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _event(self, key: str) -> Event:
        body = self._ask(self._client.get_object, Bucket=self._bucket, Key=key)["Body"].read()
        try:
            return decode(body.decode("utf-8", errors="replace"))
        except BadEvent as error:
            raise BadEvent(f"s3://{self._bucket}/{key}: {error}") from None

    @staticmethod
    def _ask(operation: Callable[..., Any], **asked: Any) -> Any:
        try:
            return operation(**asked)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "unknown")
            if code in _TAKEN:
                raise _Taken from None
            raise OSError(f"S3 says {code} to {error.operation_name}.") from None
        except BotoCoreError as error:
            raise OSError(f"S3 cannot be asked: {error}") from None


class _Taken(Exception):
    """There is an object of that name."""
