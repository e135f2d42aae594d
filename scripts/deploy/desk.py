"""Puts together what the verbs work with, from a place file and the words of the command line."""

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from common.aws.signing import Credentials
from common.ledger import Ledger, opened
from deploy import place as places
from deploy.apply import Tools
from deploy.pace import SystemClock
from deploy.place import Place
from deploy.probes import HttpProbes
from deploy.tale import Teller


def tools(path: Path) -> Tools:
    """Return the real tools for an environment.

    Raises:
        BadPlace, OSError: If its file does not tell where it is.
    """
    from deploy import aws  # the ledger's readers do without boto3
    from deploy.ecs import Ecs
    from deploy.facts_aws import Reader
    from deploy.kept import keep
    from deploy.notes_ssm import SsmNotes
    from deploy.webhook import BotApi

    place = places.read(path)
    clients = cache(lambda service: aws.client(service, place.region))
    platform = Ecs(clients("ecs"), place.cluster)
    facts = Reader(clients, place, platform).facts
    clock = SystemClock()

    def say(line: str) -> None:
        print(f"{clock.now():%H:%M:%S}  {line}", file=sys.stderr, flush=True)

    notes = SsmNotes(lambda: clients("ssm"))
    telegram = BotApi(place.telegram, field_of(place))
    book, asks = ledger_of(place), probes(place)
    kept = partial(keep, lambda: clients("ecr"), place.environment)
    return Tools(place, platform, book, asks, clock, say, notes, telegram, facts, kept)


def probes(place: Place) -> HttpProbes:
    """Return what asks the environment's programs."""
    field = field_of(place)
    return HttpProbes(place.headers, lambda: field("SMOKE_TOKEN"))


def field_of(place: Place) -> Callable[[str], str]:
    """Return what gives a field of the environment's secret."""
    from deploy import aws
    from deploy.secret import Secret

    return Secret(lambda: aws.client("secretsmanager", place.region), place.secret).field


def ledger_of(place: Place) -> Ledger:
    """Return the ledger of an environment."""
    return ledger(place.ledger, place.region)


def ledger(where: str, region: str = "") -> Ledger:
    """Return the ledger at `s3://bucket/folder` or in a file; its readers do without boto3."""
    return opened(where, region, asks_as())


def asks_as() -> Callable[[], Credentials]:
    """Return what tells S3 who asks: whoever AWS's own tools find, where boto3 is."""
    try:
        from deploy.aws import credentials
    except ImportError:
        from common.aws.credentials import credentials
    return credentials


def teller(actor: str, run: str) -> Teller:
    """Return who asks: as said, else as the pipeline says, else who is logged in."""
    told = os.environ
    if not run and "GITHUB_RUN_ID" in told:
        run = f"{told['GITHUB_SERVER_URL']}/{told['GITHUB_REPOSITORY']}/actions/runs/"
        run += told["GITHUB_RUN_ID"]
    return Teller(actor or told.get("GITHUB_ACTOR") or told.get("USER") or "somebody", run)
