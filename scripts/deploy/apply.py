"""A release brought to an environment: all of its services, or none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from common.ledger import Ledger, Moved
from common.ledger.events import Event, of_environment
from deploy import release as releases
from deploy.around import aim, expand, note
from deploy.endings import (
    DEPLOYED,
    LOCKED,
    REFUSED,
    ROLLED_BACK,
    SUPERSEDED,
    UNFINISHED,
    Ending,
    Superseded,
    Unfinished,
)
from deploy.facts import ServiceFacts
from deploy.journey import BACK, Errand, Journey
from deploy.ledger import Locked, open_deployment, start
from deploy.notes import Notes
from deploy.pace import Clock
from deploy.place import Place
from deploy.plan import Plan, Refused, moved_from, plan, told
from deploy.platform import Live, NotNow, Platform, PlatformError, Rollout
from deploy.probes import Probes
from deploy.release import Release, Schema
from deploy.tale import Tale, Teller
from deploy.webhook import Telegram

# How long one that has written `started` may take until ECS shows it.
_GRACE = timedelta(minutes=2)
TURN_BACK = "turn back"
_CODES = {"deployed": DEPLOYED, "rolled back": ROLLED_BACK}


@dataclass(frozen=True, slots=True)
class Tools:
    """What the verbs work with; tests bring their own.

    Attributes:
        say: Takes a line for a person.
        notes: What the stacks believe to run.
        telegram: Where updates are brought to.
        facts: Reads what `verify` judges.
        keep: Has the registry keep the images of a release that is to be deployed.
    """

    place: Place
    platform: Platform
    ledger: Ledger
    probes: Probes
    clock: Clock
    say: Callable[[str], None]
    notes: Notes
    telegram: Telegram
    facts: Callable[[Release], list[ServiceFacts]] = lambda release: []
    keep: Callable[[Release], None] = lambda release: None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Attributes:
        trigger: push, manual, rollback or hotfix.
        approver: Who agreed; empty where nobody had to.
        plan: Hash of the plan that was agreed to, or its beginning; empty for any.
    """

    release: Release
    teller: Teller
    trigger: str = "manual"
    approver: str = ""
    plan: str = ""
    hold: bool = False
    dry: bool = False


def apply(tools: Tools, wish: Wish) -> Ending:
    """Deploy a release, or go on with it where an earlier run left it."""
    try:
        running = open_deployment(tools.ledger.read(), tools.place.environment)
        if running is not None and release_of(running).identity == wish.release.identity:
            return _gone_on(tools, wish, running)
        return _begun(tools, wish)
    except Refused as error:
        return Ending(REFUSED, "refused", str(error))
    except Locked as error:
        return Ending(LOCKED, "locked", str(error))
    except Superseded as error:
        return Ending(SUPERSEDED, "superseded", str(error))
    except (Unfinished, PlatformError, OSError) as error:
        return Ending(UNFINISHED, "unfinished", str(error))


def planned(tools: Tools, release: Release) -> Plan:
    """Return what `apply` would do now.

    Raises:
        Refused: If it would do nothing, because it must not.
    """
    noted = {
        it.name: tools.notes.noted(it.parameter) for it in tools.place.services if it.parameter
    }
    now = live(tools)
    ours = {event.draft.deployment for event in tools.ledger.read()}
    foreign = {
        name: noted[name]
        for name, it in now.items()
        if noted.get(name, "") not in ("", it.definition)
        and it.label.removesuffix(BACK) not in ours - {""}
    }
    return plan(tools.place, now, release, schema_before(tools), foreign)


def live(tools: Tools) -> dict[str, Live]:
    """Return what runs, by the name of the program."""
    return {it.name: tools.platform.live(it.unit) for it in tools.place.services}


def deployed(events: Sequence[Event], environment: str) -> list[Event]:
    """Return the `started` events of what was deployed in the end, the oldest first."""
    mine = list(of_environment(events, environment))
    done = {
        event.draft.deployment
        for event in mine
        if event.draft.kind == "finished" and event.draft.data.get("outcome") == "deployed"
    }
    return [it for it in mine if it.draft.kind == "started" and it.draft.deployment in done]


def schema_before(tools: Tools) -> Schema | None:
    """Return what the deployed programs know of the database; steps taken stay taken."""
    found = [release_of(it).schema for it in deployed(tools.ledger.read(), tools.place.environment)]
    if not found:
        return None
    newest, oldest = max(it.newest for it in found), max(it.oldest_program for it in found)
    return Schema(found[-1].needs, newest, oldest)


def _gone_on(tools: Tools, wish: Wish, running: Event) -> Ending:
    name = running.draft.deployment
    if not str(running.draft.data["plan"]).startswith(wish.plan):
        raise Refused(f"{name} is under way by another plan; without --plan it is gone on with.")
    if wish.dry:
        return Ending(DEPLOYED, "nothing done", f"{name} is under way: it would be gone on with")
    tools.say(f"Going on with {name}.")
    return _followed(tools, wish, running)


def _begun(tools: Tools, wish: Wish) -> Ending:
    made = planned(tools, wish.release)
    tools.say(told(made))
    if wish.plan and not made.hash.startswith(wish.plan):
        raise Refused("What is live has moved since that plan was made: plan again.")
    if wish.dry:
        return Ending(DEPLOYED, "nothing done", "it was a dry run")
    # What was begun by hand runs already, and is written down: the way back leads there.
    known = deployed(tools.ledger.read(), tools.place.environment)
    if known and not made.needed:
        return Ending(DEPLOYED, "deployed", "nothing had to move")
    now = live(tools)
    if moved_from(now) != made.moved_from:
        raise Refused("What is live has moved while it was planned: plan again.")
    _closed(tools, wish)
    return _followed(tools, wish, _started(tools, wish, made, now))


def _closed(tools: Tools, wish: Wish) -> None:
    """End the story of a deployment that has ended on ECS while nobody followed it."""
    running = open_deployment(tools.ledger.read(), tools.place.environment)
    if running is not None and not _still_runs(tools, running):
        tale = tale_of(tools, wish, running.draft.deployment)
        tale.tell("finished", outcome="failed", reason="nobody followed it to its end")


def _started(tools: Tools, wish: Wish, made: Plan, now: Mapping[str, Live]) -> Event:
    """Write `started`, the lock."""
    while True:
        events = tools.ledger.read()
        attempts = sum(
            it.draft.kind == "started" for it in of_environment(events, made.environment)
        )
        name = f"{made.environment}-{made.version}-{attempts + 1}"
        data = {
            "version": wish.release.version,
            "revision": wish.release.revision,
            "schema": f"{wish.release.schema.newest:04}",
            "trigger": wish.trigger,
            "commits": [dict(it) for it in wish.release.commits],
            "pipeline": dict(wish.release.pipeline or {}),
            "plan": made.hash,
            "expands": made.expands,
            "before": {key: it.image for key, it in now.items()},
            "release": wish.release.content(),
        }
        draft = tale_of(tools, wish, name).draft("started", data)
        try:
            return start(tools.ledger, draft, lambda event: _still_runs(tools, event))
        except Moved:
            continue


def _still_runs(tools: Tools, started: Event) -> bool:
    name = started.draft.deployment
    last = max(it.draft.at for it in tools.ledger.read() if it.draft.deployment == name)
    if tools.clock.now() - last < _GRACE:
        return True
    for service in tools.place.services:
        found = tools.platform.newest(service.unit)
        if found is not None and found.label.removesuffix(BACK) == name and not found.over:
            return True
    return False


def _followed(tools: Tools, wish: Wish, started: Event) -> Ending:
    """Settle it; where another run of the tool has done so meanwhile, tell how it ended."""
    name = started.draft.deployment
    try:
        return _settled(tools, wish, started)
    except Superseded:
        for event in tools.ledger.read():
            if event.draft.deployment == name and event.draft.kind == "finished":
                outcome, reason = event.draft.data["outcome"], event.draft.data["reason"]
                return Ending(_CODES.get(outcome, UNFINISHED), outcome, reason, name)
        raise


def _settled(tools: Tools, wish: Wish, started: Event) -> Ending:
    """Go forward, service by service; when one cannot, bring back those that could."""
    name = started.draft.deployment
    tale = tale_of(tools, wish, name)
    journey = Journey(tools.place, tools.platform, tools.probes, tools.clock, tale, hold=wish.hold)
    if wish.approver:
        agreed = Teller(wish.approver, wish.teller.run)
        replace(tale, teller=agreed).tell("approval")
    errands = [
        Errand(it, wish.release.images[it.name].reference, name, revision=wish.release.revision)
        for it in tools.place.services
    ]
    backward = any(step["step"] == TURN_BACK for step in tale.heard("step"))
    gone: list[Errand] = list(errands) if backward else []
    reason = "it was asked to be turned back" if backward else ""
    # First, while nothing has moved; and a way back waits for no registry.
    if not backward and started.draft.data["trigger"] != "rollback":
        journey.insist("The registry", lambda: tools.keep(wish.release))
    if not backward and started.draft.data.get("expands"):
        reason = _expanded(journey, errands)
    for errand in () if reason else errands:
        gone.append(errand)
        state = journey.travel(errand)
        if state == "stuck":
            return _finished(tale, UNFINISHED, "failed", f"{errand.service.name} is stuck")
        if state == "turned back":
            reason = _why(tale, errand)
            break
        journey.prove(errand)
    else:
        if not reason:
            for errand in errands:
                aim(journey, errand, tools.telegram, tools.ledger)
            note(journey, errands, tools.notes)
            return _finished(tale, DEPLOYED, "deployed", "")
    return _back(tools, journey, gone, started, reason)


def _expanded(journey: Journey, errands: list[Errand]) -> str:
    """Return why the database could not be prepared; empty when it is."""
    return next(filter(None, (expand(journey, it) for it in errands if it.service.migrate)), "")


def _back(
    tools: Tools, journey: Journey, gone: list[Errand], started: Event, reason: str
) -> Ending:
    before: Mapping[str, str] = started.draft.data["before"]
    for errand in reversed(gone):
        service, image = errand.service, before[errand.service.name]
        found = journey.platform.newest(service.unit)
        if found is not None and found.label == errand.label and not found.over:
            _turned(journey.platform, found)
            journey.travel(errand)
        if journey.platform.live(service.unit).image == image:
            continue
        journey.tale.say(f"{service.name}: goes back, because {reason}")
        back = Errand(service, image, errand.label + BACK, back=True)
        if journey.travel(back) != "succeeded":
            why = f"{service.name} cannot go back"
            return _finished(journey.tale, UNFINISHED, "failed", why)
    note(journey, gone, tools.notes)
    return _finished(journey.tale, ROLLED_BACK, "rolled back", reason)


def _turned(platform: Platform, rollout: Rollout) -> None:
    try:
        if rollout.state == "running":
            platform.turn_back(rollout.name)
    except NotNow:
        pass  # it has ended, or turns back already


def _why(tale: Tale, errand: Errand) -> str:
    """Say why a service was turned back, as the ledger tells it."""
    name = errand.service.name
    if any(it.get("failed") and it.get("service") == name for it in tale.heard("smoke")):
        return f"{name} failed its smoke tests"
    for it in tale.heard("verdict"):
        if it["verdict"] == "FAIL" and it.get("service") == name:
            return f"{name}: {it['reason']}"
    return f"ECS turned {name} back"


def _finished(tale: Tale, code: int, outcome: str, reason: str) -> Ending:
    tale.tell("finished", outcome=outcome, reason=reason)
    tale.say(f"{tale.deployment}: {outcome}" + (f", because {reason}" if reason else ""))
    return Ending(code, outcome, reason, tale.deployment)


def tale_of(tools: Tools, wish: Wish, name: str) -> Tale:
    """Return the story of a deployment, to go on with it."""
    place = tools.place.environment
    return Tale(tools.ledger, tools.clock, place, name, wish.teller, tools.say)


def release_of(started: Event) -> Release:
    """Return the release that a `started` event holds."""
    return releases.parse(started.draft.data["release"])
