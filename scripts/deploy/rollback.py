"""Back to what ran before: by turning the traffic while it is watched, else by deploying it."""

from collections.abc import Sequence
from dataclasses import replace

from common.ledger.events import Event
from deploy.apply import TURN_BACK, Tools, Wish, apply, deployed, release_of, tale_of
from deploy.endings import DEPLOYED, REFUSED, ROLLED_BACK, UNFINISHED, Ending
from deploy.ledger import open_deployment
from deploy.plan import Refused
from deploy.tale import Teller


def rollback(tools: Tools, teller: Teller, *, to: str = "", plan: str = "", dry: bool) -> Ending:
    """Roll back, or go on with a rollback that an earlier run left.

    Args:
        to: The version to go back to; the one before the current by default.
    """
    try:
        events = tools.ledger.read()
        running = open_deployment(events, tools.place.environment)
        if running is None:
            wanted = release_of(_target(deployed(events, tools.place.environment), to))
            wish = Wish(wanted, teller, trigger="rollback", plan=plan, dry=dry)
            return apply(tools, wish)
        wish = Wish(release_of(running), teller, trigger="rollback", dry=dry)
        if running.draft.data["trigger"] == "rollback":
            return apply(tools, replace(wish, plan=plan))
        tools.say(f"{running.draft.deployment} is under way and goes back to what ran before it.")
        if dry:
            return Ending(DEPLOYED, "nothing done", "it was a dry run", running.draft.deployment)
        tale = tale_of(tools, wish, running.draft.deployment)
        tale.tell("step", step=TURN_BACK, outcome="intended")
    except Refused as error:
        return Ending(REFUSED, "refused", str(error))
    except OSError as error:
        return Ending(UNFINISHED, "unfinished", str(error))
    ending = apply(tools, wish)
    return replace(ending, code=DEPLOYED) if ending.code == ROLLED_BACK else ending


def _target(done: Sequence[Event], to: str) -> Event:
    """Return the deployment whose release comes back."""
    if to:
        found = [it for it in done if it.draft.data["version"] == to]
        if not found:
            raise Refused(f"{to} was never deployed here; `history` lists what was.")
        return found[-1]
    if done and done[-1].draft.data["trigger"] == "rollback":
        version = done[-1].draft.data["version"]
        raise Refused(f"{version} came back already; name the version to go to with --to.")
    now = release_of(done[-1]).identity if done else ""
    before = [it for it in done if release_of(it).identity != now]
    if not before:
        raise Refused("Nothing was deployed here before: there is nothing to go back to.")
    return before[-1]
