"""getMe and the ways to get updates."""

from typing import Any

from playground.methods.call import Method
from playground.parameters import Parameters
from playground.refusals import WEBHOOK_IS_SET, bad_request, conflict
from playground.webhook import read_target
from playground.world import World


async def get_me(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return who the bot is."""
    return world.profile.me()


async def get_updates(world: World, parameters: Parameters) -> list[dict[str, Any]]:
    """Wait for updates and return them; what was confirmed is forgotten."""
    if world.webhook.target:
        conflict(WEBHOOK_IS_SET)
    world.updates.allow(_allowed(parameters))
    return await world.updates.poll(
        offset=parameters.integer("offset"),
        limit=parameters.integer("limit", 100),
        timeout=parameters.integer("timeout"),
    )


async def set_webhook(world: World, parameters: Parameters) -> bool:
    """Deliver updates to an address from now on."""
    target = read_target(
        parameters.text("url"),
        parameters.text("secret_token"),
        parameters.integer("max_connections"),
    )
    world.updates.allow(_allowed(parameters))
    await _switch(world, parameters, target)
    return True


async def delete_webhook(world: World, parameters: Parameters) -> bool:
    """Keep updates for those who ask from now on."""
    await _switch(world, parameters, None)
    return True


async def get_webhook_info(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return where updates go and what went wrong there."""
    return world.webhook.info()


async def _switch(world: World, parameters: Parameters, target: Any) -> None:
    if parameters.flag("drop_pending_updates"):
        world.updates.pending.clear()
    await world.webhook.set(target)


def _allowed(parameters: Parameters) -> list[str] | None:
    kinds = parameters.value("allowed_updates")
    if kinds is not None and not (
        isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)
    ):
        bad_request("can't parse allowed updates: expected an Array of String")
    return kinds


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
