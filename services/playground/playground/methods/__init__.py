"""The methods of the Bot API, a file for each thing they are about."""

from typing import Final

from playground.methods import callbacks, chats, documents, inline, menu, messages, photos, updates
from playground.methods.call import Method

_ABOUT = (callbacks, chats, documents, inline, menu, messages, photos, updates)

METHODS: Final[dict[str, Method]] = {
    name.lower(): method for about in _ABOUT for name, method in about.METHODS.items()
}
"""By lower-case name: Telegram does not mind the case."""

NAMES: Final[tuple[str, ...]] = tuple(name for about in _ABOUT for name in about.METHODS)
