"""A folder of an S3 bucket, by nothing but the standard library."""

import html
import http.client
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from backup.signing import Credentials, Request, signed

SECONDS = 20.0
_MOST_BYTES = 1 << 30
_TRIES = 3
_META = "x-amz-meta-"
_TASK_CREDENTIALS = "169.254.170.2"  # where ECS tells a task its role's credentials


class Refused(OSError):
    """S3 said no; the sentence says what it said."""


class Changed(Exception):
    """The object is not what the condition asked for: somebody else wrote it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object.

    Attributes:
        tag: Names this very content, for a condition.
        age: Seconds since it was written, both told by S3's clock.
        notes: What was stored beside it.
    """

    body: bytes
    tag: str
    age: float
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What S3 answered; headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def credentials(variables: Mapping[str, str] = os.environ) -> Credentials:
    """Return the task's role, or what the environment says.

    Raises:
        OSError: If there are none; the sentence says how to get some.
    """
    if path := variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        connection = http.client.HTTPConnection(_TASK_CREDENTIALS, timeout=5)
        try:
            connection.request("GET", path)
            told = json.loads(connection.getresponse().read(1 << 16))
        finally:
            connection.close()
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])
    try:
        key, secret = variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    except KeyError:
        line = 'eval "$(aws configure export-credentials --format env)"'
        raise OSError(f"S3 asks who we are. This line tells: {line}") from None
    return Credentials(key, secret, variables.get("AWS_SESSION_TOKEN", ""))


@dataclass(slots=True)
class Bucket:
    """A storage of `copies` under `s3://bucket/folder`.

    Attributes:
        endpoint: Another S3 than AWS's own, asked by path; empty for AWS.
        pause: Waits before another try.
    """

    bucket: str
    folder: str
    region: str
    endpoint: str = ""
    who: Callable[[], Credentials] = credentials
    pause: Callable[[float], None] = time.sleep
    _host: str = field(init=False, default="")

    def __post_init__(self) -> None:
        split = urlsplit(self.endpoint)
        self._host = split.netloc or f"{self.bucket}.s3.{self.region}.amazonaws.com"

    def put(self, name: str, body: bytes) -> None:
        """Store an object."""
        self.write(name, body)

    def get(self, name: str) -> bytes:
        """Return an object's content."""
        found = self.read(name)
        if found is None:
            raise FileNotFoundError(f"There is no {name} in s3://{self.bucket}/{self.folder}.")
        return found.body

    def names(self) -> list[str]:
        """Return the names in the folder, not in folders of it."""
        names: list[str] = []
        query = {"list-type": "2", "prefix": f"{self.folder}/", "delimiter": "/"}
        while True:
            page = self._asked("GET", "", query=query).body.decode()
            keys = re.findall(r"<Key>(.*?)</Key>", page)
            names += [html.unescape(key).removeprefix(f"{self.folder}/") for key in keys]
            more = re.search(r"<NextContinuationToken>(.*?)</NextContinuationToken>", page)
            if more is None:
                return names
            query = {**query, "continuation-token": html.unescape(more[1])}

    def read(self, name: str) -> Found | None:
        """Return an object; None if there is none.

        Raises:
            OSError: If S3 cannot be asked, or refuses.
        """
        answer = self._asked("GET", name, fine=(200, 404))
        if answer.status == 404:
            return None
        told = answer.headers
        written, now = (parsedate_to_datetime(told[it]) for it in ("last-modified", "date"))
        notes = {it.removeprefix(_META): told[it] for it in told if it.startswith(_META)}
        return Found(answer.body, told["etag"], (now - written).total_seconds(), notes)

    def write(
        self,
        name: str,
        body: bytes,
        notes: Mapping[str, str] | None = None,
        only: str | None = None,
    ) -> str:
        """Store an object and return its tag.

        Args:
            only: Store it only in place of the content with this tag; empty: only if there is
                nothing yet. None: in any case.

        Raises:
            Changed: If `only` does not hold.
            OSError: If S3 cannot be asked, or refuses.
        """
        headers = {f"{_META}{key}": value for key, value in (notes or {}).items()}
        if only is not None:
            headers |= {"if-match": only} if only else {"if-none-match": "*"}
        answer = self._asked("PUT", name, headers, body, fine=(200, 404, 409, 412))
        if answer.status != 200:
            raise Changed(name)
        return answer.headers["etag"]

    def _asked(
        self,
        method: str,
        name: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
        fine: tuple[int, ...] = (200,),
    ) -> Answer:
        """Ask up to three times; what S3 refuses is not asked again."""
        key = f"/{self.folder}/{name}" if name else "/"
        path = f"/{self.bucket}{key}" if self.endpoint else key
        request = Request(method, path, query or {}, {"host": self._host, **(headers or {})}, body)
        for left in reversed(range(_TRIES)):
            try:
                answer = self._once(request)
            except (OSError, http.client.HTTPException) as error:
                if not left:
                    raise OSError(f"S3 cannot be asked: {error}") from error
            else:
                if answer.status in fine:
                    return answer
                if answer.status < 500 or not left:
                    code = re.search(rb"<Code>(\w+)</Code>", answer.body)
                    said = code[1].decode() if code else str(answer.status)
                    raise Refused(f"S3 refuses {method} s3://{self.bucket}{key}: {said}.")
            self.pause(float(_TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _once(self, request: Request) -> Answer:
        headers = signed(request, self.who(), self.region, datetime.now(UTC))
        plain = self.endpoint.startswith("http://")
        kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
        connection = kind(self._host, timeout=SECONDS)
        try:
            connection.request(request.method, request.target, request.body or None, headers)
            found = connection.getresponse()
            body = found.read(_MOST_BYTES)
            told = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, told, body)
        finally:
            connection.close()
