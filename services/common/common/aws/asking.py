"""One signed question to a service of AWS: bounded, and asked again where that helps."""

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from common.aws.credentials import credentials
from common.aws.signing import Credentials, Request, signed

SECONDS = 20.0
_MOST_BYTES = 1 << 30
_TRIES = 3


class Refused(OSError):
    """AWS said no; the sentence says what it said.

    Attributes:
        code: Its own word for it, such as `AccessDenied`.
    """

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Door:
    """Where a service is asked.

    Attributes:
        service: As signatures name it: s3, ssm.
        host: Its own address in the region.
        endpoint: Another one than AWS's own; empty for AWS.
        pause: Waits before another try.
        seconds: How long one try may take.
    """

    service: str
    region: str
    host: str
    endpoint: str = ""
    who: Callable[[], Credentials] = credentials
    pause: Callable[[float], None] = time.sleep
    seconds: float = SECONDS

    @property
    def address(self) -> str:
        """The host that is really asked."""
        return urlsplit(self.endpoint).netloc or self.host

    def ask(self, request: Request, what: str, fine: tuple[int, ...] = (200,)) -> Answer:
        """Ask up to three times; what is refused is not asked again.

        Args:
            what: What is asked for, for a person.
            fine: The answers that are none of a failure.

        Raises:
            Refused: If it says no.
            OSError: If it cannot be asked.
        """
        name = self.service.upper()
        for left in reversed(range(_TRIES)):
            try:
                answer = self._once(request)
            except (OSError, http.client.HTTPException) as error:
                if not left:
                    raise OSError(f"{name} cannot be asked: {error}") from error
            else:
                if answer.status in fine:
                    return answer
                if answer.status < 500 or not left:
                    code = _code(answer)
                    raise Refused(f"{name} refuses {what}: {code}.", code)
            self.pause(float(_TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _once(self, request: Request) -> Answer:
        headers = signed(request, self.who(), self.region, datetime.now(UTC), self.service)
        plain = self.endpoint.startswith("http://")
        kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
        connection = kind(self.address, timeout=self.seconds)
        try:
            connection.request(request.method, request.target, request.body or None, headers)
            found = connection.getresponse()
            body = found.read(_MOST_BYTES)
            told = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, told, body)
        finally:
            connection.close()


def _code(answer: Answer) -> str:
    """Return the service's own word: S3 says it in XML, the others in JSON."""
    if code := re.search(rb"<Code>(\w+)</Code>", answer.body):
        return code[1].decode()
    try:
        return str(json.loads(answer.body)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return str(answer.status)
