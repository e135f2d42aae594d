"""A folder of an S3 bucket, by nothing but the standard library."""

import base64
import hashlib
import html
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from common.aws.asking import Answer, Door
from common.aws.credentials import credentials, region
from common.aws.signing import Credentials, Request

_META = "x-amz-meta-"


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
        # A bucket with an object lock, such as the ledger's, takes nothing without a checksum.
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers["x-amz-checksum-sha256"] = checksum
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
        key = f"/{self.folder}/{name}" if name else "/"
        path = f"/{self.bucket}{key}" if self.endpoint else key
        host = f"{self.bucket}.s3.{self.region}.amazonaws.com"
        door = Door("s3", self.region, host, self.endpoint, self.who, self.pause)
        told = {"host": door.address, **(headers or {})}
        request = Request(method, path, query or {}, told, body)
        return door.ask(request, f"{method} s3://{self.bucket}{key}", fine)


def bucket_at(place: str, where: str = "", who: Callable[[], Credentials] = credentials) -> Bucket:
    """Return the folder that `s3://bucket/folder` names.

    Args:
        where: Its region; what the environment says by default.

    Raises:
        OSError: If it names none.
    """
    bucket, _, folder = place.removeprefix("s3://").strip("/").partition("/")
    if not bucket or not folder:
        raise OSError("A place on S3 is s3://bucket/folder.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3", "")
    return Bucket(bucket, folder, where or region(), endpoint, who)
