"""Asks everything that a version must answer, of every program that can be reached from here.

    python scripts/run_smoke_tests.py --environment staging --release .run/release.json
    python scripts/run_smoke_tests.py --environment local

Staging and production are asked at the addresses of the place file: all questions through the test
rule, and through the route of people's requests what that lets through. Nothing is sent to anybody.

Ends with 0 when every answer was good, 1 when one was not, 2 when it does not know whom to ask.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy import desk
from deploy import place as places
from deploy import release as releases
from deploy.place import BadPlace, Service
from deploy.platform import PlatformError
from deploy.probes import HttpProbes
from deploy.release import BadRelease, Release
from deploy.smoke import BOT, MARKET_DATA, Check, Expected

GOOD, BAD, MISUSED = range(3)


@dataclass(frozen=True, slots=True)
class Row:
    """Attributes: route: test or production."""

    program: str
    route: str
    check: Check


def rows(probes: HttpProbes, services: Sequence[Service], release: Release | None) -> Iterator[Row]:
    """Ask every program on every route that the place file names."""
    for it in services:
        expected = Expected()
        if release is not None and it.name in release.images:
            expected = Expected(release.images[it.name].digest, release.revision)
        for route, address in (("test", it.test), ("production", it.production)):
            if address:
                public = route == "production"
                for check in probes.smoke(address, it.name, expected, public=public):
                    yield Row(it.name, route, check)


def table(found: Sequence[Row], environment: str) -> str:
    """Write the answers for a person."""
    cells = [("program", "route", "question", "", "ms", "said")]
    for row in found:
        mark = "passed" if row.check.passed else "FAILED"
        took = str(row.check.milliseconds)
        cells.append((row.program, row.route, row.check.name, mark, took, row.check.said))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    failed = sum(not row.check.passed for row in found)
    verdict = f"{failed} of {len(found)} FAILED" if failed else f"all {len(found)} passed"
    return "\n".join([*lines, f"{environment}: {verdict}"])


def main(arguments: Sequence[str]) -> int:
    """Ask, and print the answers."""
    asked = _parser().parse_args(arguments)
    try:
        probes, services = _whom(asked)
        release = releases.read(asked.release) if asked.release else None
        found = list(rows(probes, services, release))
    except (BadPlace, BadRelease, PlatformError, OSError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    if not found:
        print("The place file names no address: there is nobody to ask.", file=sys.stderr)
        return MISUSED
    passed = all(row.check.passed for row in found)
    told = {
        "environment": asked.environment,
        "passed": passed,
        "checks": [
            {"program": row.program, "route": row.route, **asdict(row.check)} for row in found
        ],
    }
    print(json.dumps(told, indent=1) if asked.json else table(found, asked.environment))
    return GOOD if passed else BAD


def _whom(asked: argparse.Namespace) -> tuple[HttpProbes, Sequence[Service]]:
    if asked.environment == "local":
        here = Service(MARKET_DATA, "", test=asked.market_data), Service(BOT, "", test=asked.bot)
        return HttpProbes({}, lambda: os.environ.get("SMOKE_TOKEN", "")), here
    place = places.read(asked.place)
    if place.environment != asked.environment:
        raise BadPlace(f"{asked.place} is of {place.environment}, not of {asked.environment}.")
    return desk.probes(place), place.services


def _parser() -> argparse.ArgumentParser:
    told = os.environ
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--environment", choices=("local", "staging", "production"), required=True)
    place = Path(told.get("DEPLOY_PLACE") or ".run/place.toml")
    parser.add_argument("--place", type=Path, default=place, help="its file (DEPLOY_PLACE)")
    parser.add_argument("--release", type=Path, metavar="FILE", help="what should answer")
    parser.add_argument("--bot", default="http://127.0.0.1:8082", help="local: its INTERNAL_PORT")
    parser.add_argument("--market-data", default="http://127.0.0.1:8081", help="local: its port")
    parser.add_argument("--json", action="store_true", help="as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
