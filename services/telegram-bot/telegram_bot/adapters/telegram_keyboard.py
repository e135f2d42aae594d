"""Our buttons as Telegram's inline keyboard."""

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from telegram_bot.ports import Button, Press, Rows


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """Return the keyboard, or None for no buttons."""
    return InlineKeyboardMarkup([[_button(item) for item in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if isinstance(button, Press):
        return InlineKeyboardButton(button.label, callback_data=button.data)
    return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.text))
