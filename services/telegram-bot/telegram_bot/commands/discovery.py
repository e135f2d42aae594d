"""Find the commands: every module of this package that exports COMMAND."""

import pkgutil
from collections import Counter
from importlib import import_module

from telegram_bot import commands
from telegram_bot.commands import Command, Commands

_FIRST = (
    *("start", "help", "price", "atr", "chart", "alert", "alerts"),
    *("watchlist", "watch", "unwatch", "top", "convert", "size", "stats"),
    *("portfolio", "digest", "paper", "backtest", "settings"),
)  # the rest follows by name


def discover() -> Commands:
    """Return the table of commands.

    Raises:
        ValueError: If two commands share a name or an alias.
    """
    names = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    modules = [import_module(f"{commands.__name__}.{name}") for name in names]
    found: list[Command] = [module.COMMAND for module in modules if hasattr(module, "COMMAND")]
    return table(found)


def table(found: list[Command]) -> Commands:
    """Put commands in the order in which people see them.

    Raises:
        ValueError: If two of them share a name or an alias.
    """
    taken = Counter(word for command in found for word in (command.name, *command.aliases))
    twice = [word for word, times in taken.items() if times > 1]
    if twice:
        raise ValueError(f"commands share the names {', '.join(sorted(twice))}")
    return Commands(tuple(sorted(found, key=_place)))


def _place(command: Command) -> tuple[int, str]:
    place = _FIRST.index(command.name) if command.name in _FIRST else len(_FIRST)
    return place, command.name
