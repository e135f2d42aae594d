"""What a deployment does around its services: the database before, Telegram and the stacks after.

Each step is asked for what is there before it does anything, so that it may be done again.
"""

from collections.abc import Iterable
from functools import partial

from common.ledger import Ledger
from deploy.journey import Errand, Journey
from deploy.notes import Notes
from deploy.platform import SHOWN, PlatformError
from deploy.webhook import Telegram

_MIGRATE, _WEBHOOK = "migrate", "webhook"


def expand(journey: Journey, errand: Errand) -> str:
    """Have the new version bring the database's expanding steps, by a task of its own.

    Returns:
        Why it could not; empty when the steps are taken.
    """
    tale, name = journey.tale, errand.service.name
    while True:
        told = {it["outcome"]: it for it in tale.heard("step") if it["step"] == _MIGRATE}
        if "done" in told:
            return ""
        if "failed" in told:
            return str(told["failed"]["reason"])
        try:
            _try(journey, errand)
        except PlatformError as error:
            journey.wait(name, str(error))


def _try(journey: Journey, errand: Errand) -> None:
    """Run the task to its end, and tell the ledger what came of it."""
    platform, tale, service = journey.platform, journey.tale, errand.service
    lost = sum(it["outcome"] == "lost" for it in tale.heard("step") if it["step"] == _MIGRATE)
    tale.tell("step", step=_MIGRATE, outcome="intended", attempt=lost + 1)
    definition = platform.define(service.unit, errand.image, errand.label)
    key, asked = f"{errand.label} {lost}", journey.clock.now()
    task = platform.run(service.unit, definition, service.migrate.split(), key)
    tale.say(f"{service.name}: its task brings the database up to date")
    found = platform.ran(task)
    while not found.over or (not found.known and journey.clock.now() - asked < SHOWN):
        journey.wait(service.name)
        found = platform.ran(task)
    if not found.known:
        tale.tell("step", step=_MIGRATE, outcome="lost", task=task, attempt=lost + 1)
    elif found.code == 0:
        tale.say(f"{service.name}: the database is up to date")
        tale.tell("step", step=_MIGRATE, outcome="done", task=task)
    else:
        code = "without a code" if found.code is None else f"with {found.code}"
        why = f" ({found.reason})" if found.reason else ""
        reason = f"the task that brings the database's steps ended {code}{why}"
        tale.say(f"{service.name}: {reason}")
        tale.tell("step", step=_MIGRATE, outcome="failed", task=task, reason=reason)


def aim(journey: Journey, errand: Errand, telegram: Telegram, ledger: Ledger) -> None:
    """Have Telegram bring updates to the service, where it does not do so already.

    Raises:
        Unfinished: If Telegram does not say that it does.
    """
    address, name = errand.service.webhook, errand.service.name
    if address:
        journey.insist(name, lambda: _aim(journey, name, address, telegram, ledger))


def _aim(journey: Journey, name: str, address: str, telegram: Telegram, ledger: Ledger) -> None:
    tale, secret = journey.tale, telegram.mark()
    told = [
        event.draft.data
        for event in ledger.read()
        if event.draft.environment == tale.environment
        and event.draft.data.get("step") == _WEBHOOK
        and event.draft.data.get("outcome") == "done"
    ]
    known = bool(told) and told[-1].get("secret") == secret
    if not (known and telegram.target().leads_to(address)):
        tale.tell("step", step=_WEBHOOK, outcome="intended", address=address)
        telegram.aim(address)
    found = telegram.target()
    if not found.leads_to(address):
        raise PlatformError(f"Telegram brings updates to {found.address or 'nobody'}.")
    trouble = f"; its last trouble was: {found.trouble}" if found.trouble else ""
    tale.say(f"{name}: Telegram brings updates, {found.waiting} wait{trouble}")
    tale.tell("step", step=_WEBHOOK, outcome="done", address=address, secret=secret)


def note(journey: Journey, errands: Iterable[Errand], notes: Notes) -> None:
    """Tell the stacks what runs now.

    Raises:
        Unfinished: If that cannot be written.
    """
    for it in errands:
        if it.service.parameter:
            journey.insist(it.service.name, partial(_note, journey, it, notes))


def _note(journey: Journey, errand: Errand, notes: Notes) -> None:
    service = errand.service
    definition = journey.platform.live(service.unit).definition
    if notes.noted(service.parameter) != definition:
        notes.note(service.parameter, definition)
    journey.tale.tell("step", step=f"note {service.name}", outcome="done", definition=definition)
