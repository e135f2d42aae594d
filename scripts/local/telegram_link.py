"""The link to a real bot, for a browser and as a QR code for the phone."""

import io
import json
import re
from dataclasses import dataclass

import segno

from common.errors import Misconfigured, Unavailable
from common.http import create_client, get

TELEGRAM = "https://api.telegram.org"
_ANSWERS_WITHIN = 8.0
_REFUSED = {401, 404}
_FORM = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A bot's public face."""

    username: str

    @property
    def address(self) -> str:
        return f"https://t.me/{self.username}"

    def qr_code(self) -> str:
        """Return the address as a square of half blocks that a phone's camera reads."""
        text = io.StringIO()
        segno.make(self.address, micro=False).terminal(out=text, compact=True)
        return text.getvalue()


async def find(token: str, api: str = TELEGRAM) -> Link:
    """Ask Telegram whose token this is. The token is never part of an error.

    Raises:
        Misconfigured: If it has not the form of a token, or Telegram refuses it.
        Unavailable: If Telegram gave no usable answer in time.
    """
    if not _FORM.fullmatch(token):
        raise Misconfigured(
            "TELEGRAM_BOT_TOKEN is wrong. It must be: a bot token such as 123456789:AAE… — send "
            "/newbot to @BotFather in Telegram to get one, or unset it to chat on this machine."
        )
    async with create_client(api) as client:
        answer = await get(client, f"/bot{token}/getMe", seconds=_ANSWERS_WITHIN)
    if answer.status in _REFUSED:
        raise Misconfigured(
            "TELEGRAM_BOT_TOKEN is refused by Telegram. Copy it again from @BotFather, "
            "or unset it to chat on this machine."
        )
    try:
        return Link(str(json.loads(answer.body)["result"]["username"]))
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"Telegram answered getMe with status {answer.status}.") from None
