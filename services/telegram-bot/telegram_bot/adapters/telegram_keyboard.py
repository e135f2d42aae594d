"""Our buttons as Telegram's inline keyboard, in JSON."""

from typing import Any

from telegram_bot.replies import Button, Link, Press, Rows


def keyboard(rows: Rows) -> dict[str, Any] | None:
    """Return the keyboard, or None for no buttons."""
    return {"inline_keyboard": [[_button(item) for item in row] for row in rows]} if rows else None


def _button(button: Button) -> dict[str, Any]:
    if isinstance(button, Press):
        style = {"style": button.style} if button.style else {}
        return {"text": button.label, "callback_data": button.data, **style}
    if isinstance(button, Link):
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "copy_text": {"text": button.text}}
