"""Words that people try in place of a command's name, mostly German: none is in the menu."""

from dataclasses import replace

from telegram_bot.commands.typed import Typed

_MEANS = {
    "alert": ("alarm", "alarmiere"),
    "alerts": ("alarme",),
    "chart": ("diagramm",),
    "convert": ("umrechnen", "rechne"),
    "digest": ("überblick", "ueberblick"),
    "help": ("hilfe", "menu", "menü", "commands", "befehle"),
    "price": ("preis", "preise", "kurs", "kurse", "prices"),
    "settings": ("einstellungen",),
    "start": ("hi", "hello", "hey", "hallo", "moin", "servus"),
    "stats": ("statistik",),
    "watch": ("merken", "beobachte"),
}
_NAMES = {word: name for name, words in _MEANS.items() for word in words}


def name_of(word: str) -> str:
    """Return the command's name that a word stands for, else the word.

    >>> name_of("Hilfe!"), name_of("atr")
    ('help', 'atr')
    """
    return _NAMES.get(word.lower().rstrip("!?.,"), word)


def renamed(typed: Typed) -> Typed:
    """Return what was typed, with the command's own name."""
    return replace(typed, name=name_of(typed.name))
