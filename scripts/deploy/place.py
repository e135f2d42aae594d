"""The place file: where an environment is. Written from the outputs of its stack, read strictly."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_KINDS: dict[Any, Any] = {str: str, int: int, float: (int, float)}


class BadPlace(ValueError):
    """The sentence says what about a place file is wrong."""


@dataclass(frozen=True, slots=True)
class Service:
    """One program of the environment; they are deployed in the order in which they stand.

    Attributes:
        name: Of the program, as the release's images are named.
        service: What ECS calls it.
        container: The container of its task that runs the image; its name by default.
        production: Address that people's requests reach, such as `https://bot.example.org`.
            Empty where nothing outside may ask: ECS and the task definition are then the proof.
        test: Address of the test rule, which leads to the new version before anybody else's.
        parameter: Where the stack reads which task definition runs: a name of the parameter store.
        migrate: Command that brings the database's expanding steps; run before traffic, by a task.
        lease: Address of the new version where it is asked, before traffic, to take over what one
            task does for all; empty: it does when the old tasks end. For bots that poll.
        webhook: Where Telegram shall bring updates, such as `https://bot.example.org/telegram`.
    """

    name: str
    service: str
    container: str = ""
    production: str = ""
    test: str = ""
    parameter: str = ""
    migrate: str = ""
    lease: str = ""
    webhook: str = ""

    @property
    def unit(self) -> str:
        """What the platform is asked for: the service and the container; two may share a task."""
        return f"{self.service}#{self.container or self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """An environment.

    Attributes:
        ledger: `s3://bucket/folder` or the path of a file.
        header: The header and its value that the test rule asks for, as `name: value`.
        telegram: Address of the Bot API.
        secret: The bot's secret in Secrets Manager; empty: the environment's variables hold it.
        poll_seconds: How often ECS and the new version are asked.
        minimum_sample: Answers that a verdict needs; fewer are INCONCLUSIVE.
        failures_in_a_row: So many, and the deployment is turned back.
        start_minutes: How long a new version may take to start; then it is turned back unseen.
        patience_minutes: How long to follow it. Nothing is turned back for taking long: run again.
            Less than the hour that a pipeline's job and its right to AWS last.
    """

    environment: str
    region: str
    cluster: str
    ledger: str
    services: tuple[Service, ...]
    header: str = ""
    telegram: str = "https://api.telegram.org"
    secret: str = ""
    poll_seconds: float = 10.0
    minimum_sample: int = 10
    failures_in_a_row: int = 3
    start_minutes: float = 15.0
    patience_minutes: float = 45.0

    @property
    def headers(self) -> dict[str, str]:
        """What a request to the new version carries."""
        name, _, value = self.header.partition(":")
        return {name.strip(): value.strip()} if self.header else {}


def read(path: Path) -> Place:
    """Read a place file.

    Raises:
        BadPlace: If it is none.
        OSError: If it cannot be read.
    """
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        how = "write it as docs/deployment/deploy-tool.md shows, or name it by --place"
        raise BadPlace(f"There is no place file {path}: {how}.") from None
    except (BadPlace, tomllib.TOMLDecodeError) as error:
        raise BadPlace(f"{path}: {error}") from None


def parse(found: dict[str, Any]) -> Place:
    """Return the place that `found` describes.

    Raises:
        BadPlace: Names what is wrong.
    """
    rows = found.get("services")
    if not isinstance(rows, list) or not rows:
        raise BadPlace("[[services]] must name at least one service.")
    services = tuple(_built(Service, row, "services") for row in rows)
    place: Place = _built(Place, {**found, "services": services}, "the place")
    if place.environment not in ("staging", "production"):
        raise BadPlace("environment must be staging or production.")
    if len({it.name for it in services}) != len(services):
        raise BadPlace("Two services have the same name.")
    for it in services:
        for address in filter(None, (it.production, it.test, it.webhook, it.lease)):
            if urlsplit(address).scheme not in ("http", "https"):
                raise BadPlace(f"{it.name}: {address!r} is no address; it begins with https://.")
    return place


def _built(kind: type, found: dict[str, Any], name: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    if unknown := found.keys() - known.keys():
        raise BadPlace(f"{name} has {', '.join(sorted(unknown))}, which nobody reads.")
    for key, value in found.items():
        if not isinstance(value, _KINDS.get(known[key].type, object)) or isinstance(value, bool):
            raise BadPlace(f"{name}: {key} cannot be {value!r}.")
    try:
        return kind(**found)
    except TypeError as error:
        raise BadPlace(f"{name}: {str(error).partition('() ')[2]}.") from None
