"""`python -m pipeline VERB`: a step of a workflow; what it needs stands in variables.

place      write the place file that PLACE holds, of ENVIRONMENT
verify     find what would make the deployment fail, unless it is the one that is under way
apply      deploy the release file, begun by TRIGGER, agreed to by APPROVER; DRY_RUN=true: the plan
rollback   go back to VERSION, or to what ran before
record     write down that what was deployed has passed its smoke tests
promotion  write the release that staging has shown for the tag VERSION
again      write the release that was on staging as VERSION
approval   may whoever started this run bring VERSION to production? APPROVERS: who may
report     what the deployment came to, for the page of the run and the team's channels, and the
           head of the ledger
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from gitflow import repository
from gitflow.repository import Repository
from pipeline.spoken import shortened, spoken
from pipeline.steps import hand_on, mark, summarise

HERE = Path(".run")
RELEASE = HERE / "release.json"
PLACE = Path(os.environ.get("DEPLOY_PLACE") or HERE / "place.toml")
_CHANNELS_TAKE = 2_000


def _told(name: str) -> str:
    return os.environ.get(name, "")


def _place() -> int:
    from deploy import place

    environment = _told("ENVIRONMENT")
    if not _told("PLACE"):
        raise place.BadPlace(f"The variable PLACE of GitHub's environment {environment} is empty.")
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(_told("PLACE") + "\n", encoding="utf-8")
    if (found := place.read(PLACE).environment) != environment:
        raise place.BadPlace(f"The variable PLACE of {environment} is about {found}.")
    print(f"{PLACE} says where {environment} is.")
    return 0


def _verify() -> int:
    from deploy import desk, place, release
    from deploy.__main__ import main as tool
    from deploy.apply import release_of
    from deploy.ledger import open_deployment

    at = place.read(PLACE)
    running = open_deployment(desk.ledger_of(at).read(), at.environment)
    wanted = release.read(RELEASE)
    if running is not None and release_of(running).identity == wanted.identity:
        print(f"{running.draft.deployment} is under way: it was verified when it began.")
        return 0
    return tool(["verify", "--place", str(PLACE), "--release", str(RELEASE)])


def _apply() -> int:
    from deploy import desk, place, release
    from pipeline import approval
    from pipeline.carry import carried
    from pipeline.promotion import must_not_go_back

    if _told("ENVIRONMENT") == approval.ENVIRONMENT:
        events = desk.ledger_of(place.read(PLACE)).read()
        must_not_go_back(events, approval.ENVIRONMENT, release.read(RELEASE).version)
    approver = _told("APPROVER")
    if not approver and _told("ENVIRONMENT") == approval.ENVIRONMENT:
        try:
            approver = approval.reviewer(_told("GITHUB_REPOSITORY"), _told("GITHUB_RUN_ID"))
        except (repository.Refused, ValueError) as error:
            mark("warning", f"The ledger will not say who approved: {error}")
    words = ["apply", "--place", str(PLACE), "--release", str(RELEASE)]
    words += ["--trigger", _told("TRIGGER") or "manual", "--approved-by", approver]
    return carried([*words, *(["--dry-run"] if _told("DRY_RUN") == "true" else [])])


def _rollback() -> int:
    from pipeline.carry import carried

    return carried(["rollback", "--place", str(PLACE), "--to", _told("VERSION")])


def _record() -> int:
    from deploy import desk, place, release
    from pipeline.records import record

    at = place.read(PLACE)
    found, now = release.read(RELEASE), datetime.now(UTC)
    event = record(desk.ledger_of(at), at.environment, found, desk.teller("", ""), now)
    print(f"{event.draft.deployment} is known to work.")
    return 0


def _promotion() -> int:
    from deploy import desk, place
    from pipeline.promotion import promoted

    events = desk.ledger_of(place.read(PLACE)).read()
    found, trigger = promoted(Repository(Path.cwd()), events, _told("VERSION"), datetime.now(UTC))
    hand_on({"trigger": trigger})
    _write(found.content())
    return 0


def _again() -> int:
    from deploy import desk, place
    from pipeline.promotion import again

    events = desk.ledger_of(place.read(PLACE)).read()
    _write(again(events, _told("VERSION")).content())
    return 0


def _approval() -> int:
    from pipeline import approval

    where = _told("GITHUB_REPOSITORY")
    actor = _told("GITHUB_TRIGGERING_ACTOR") or _told("GITHUB_ACTOR")
    asks = approval.asks(where)
    authors = set() if asks else approval.authors(where, _told("VERSION"))
    who = approval.decided(asks, actor, _told("APPROVERS").replace(",", " ").split(), authors)
    print(f"{who} approves." if who else "The environment asks a person before anything moves.")
    hand_on({"approver": who})
    return 0


def _report() -> int:
    from dashboard.report import find, report
    from deploy import desk, place

    at = place.read(PLACE)
    events = desk.ledger_of(at).read()
    if not events:
        print("Nothing was deployed yet.")
        return 0
    run = desk.teller("", "").run
    mine = [it.draft.deployment for it in events if it.draft.run == run and it.draft.deployment]
    text = "This run has deployed nothing.\n"
    if mine or not run:
        text = report(find(events, mine[-1] if run else "", [at.environment]))
        hand_on({"report": json.dumps(shortened(spoken(text), _CHANNELS_TAKE))})
    # Kept where nobody who can write to the ledger can change it: an end that was cut off shows.
    text += f"\nHead of the ledger: event {events[-1].seq}, `{events[-1].hash}`\n"
    print(text)
    summarise(text)
    return 0


def _write(release: object) -> None:
    RELEASE.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(release, indent=2)
    RELEASE.write_text(text + "\n", encoding="utf-8")
    print(text)


VERBS: dict[str, Callable[[], int]] = {
    "place": _place,
    "verify": _verify,
    "apply": _apply,
    "rollback": _rollback,
    "record": _record,
    "promotion": _promotion,
    "again": _again,
    "approval": _approval,
    "report": _report,
}


def main(arguments: Sequence[str]) -> int:
    """Do a verb; return 0, the tool's exit code, 2 for what is no word, or 3 when refused."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print(__doc__, file=sys.stderr)
        return 2
    from common.ledger.events import BadEvent
    from deploy.plan import Refused

    try:
        return VERBS[arguments[0]]()
    except (Refused, repository.Refused, BadEvent, ValueError, OSError) as error:
        mark("error", str(error))
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
