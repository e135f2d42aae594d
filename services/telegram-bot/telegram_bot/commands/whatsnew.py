"""/whatsnew: what the newest release brought, and the ones before it."""

import re

from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.releases import Release
from telegram_bot.formatting.html import bold, code, escape, italic
from telegram_bot.reader import _, later
from telegram_bot.replies import Press, Reply

_MOST_POINTS = 12
_OLDER_SHOWN = 4
_CODE = re.compile(r"`([^`]+)`")


async def answer(request: Request, services: Services) -> Reply:
    """Tell of the release that is named, else of the newest."""
    releases = services.releases
    if not releases:
        return Reply(_("There has been no release yet. What I can do: {help}").format(help="/help"))
    asked = request.words[0].removeprefix("v") if request.words else releases[0].version
    release = next((one for one in releases if one.version == asked), releases[0])
    others = [one for one in releases if one is not release][:_OLDER_SHOWN]
    buttons = tuple(Press(one.version, f"whatsnew {one.version}") for one in others)
    return Reply(_told(release), (buttons,) if buttons else ())


def offer(release: Release) -> str:
    """Return the one line that points a person to what is new."""
    line = _("✨ New in version {version}: {command}")
    return italic(line.format(version=escape(release.version), command="/whatsnew"))


def _told(release: Release) -> str:
    title = _("✨ What is new in {version}").format(version=escape(release.version))
    lines = [f"{bold(title)} · {escape(release.day)}", ""]
    lines += [f"• {_marked(point)}" for point in release.points[:_MOST_POINTS]]
    if (rest := len(release.points) - _MOST_POINTS) > 0:
        lines.append(_("… and {count} more").format(count=rest))
    return "\n".join(lines)


def _marked(point: str) -> str:
    """Return a line of the changelog with its code as Telegram marks it."""
    parts = _CODE.split(point)
    return "".join(code(part) if odd % 2 else escape(part) for odd, part in enumerate(parts))


COMMAND = Command(
    name="whatsnew",
    usage="/whatsnew [version]",
    summary=later("what the newest release brought"),
    examples=("/whatsnew",),
    answer=answer,
    groups="everybody",
)
