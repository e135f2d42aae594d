"""What is set, as a person reads it."""

from collections.abc import Sequence
from datetime import datetime, time, tzinfo

from telegram_bot.formatting.html import bold, code, escape, italic, shortened
from telegram_bot.formatting.numbers import exactly, in_style, money
from telegram_bot.reader import Reader, _, reader

_LANGUAGES = {"en": "English", "de": "Deutsch"}


def panel(titles: dict[str, str], now: datetime, saved: str | None = None) -> str:
    """Return the whole of what is set for the reader.

    Args:
        titles: What each setting is called, by its name.
        saved: The name of the setting that was just changed.
    """
    values = {name: value_of(name, reader(), now) for name in titles}
    title = _("Settings")
    heading = f"⚙️ {bold(title)}"
    if saved is not None:
        said = _("Saved: {title}: {value}").format(
            title=escape(titles[saved]), value=bold(values[saved])
        )
        heading = f"✅ {said}\n\n{heading}"
    lines = [f"{escape(title)}: {bold(values[name])}" for name, title in titles.items()]
    typed = _("It can all be typed too: {example}").format(example=code("/settings tz berlin"))
    return "\n".join([heading, *lines, "", italic(typed)])


def unknown(asked: str, names: Sequence[str]) -> str:
    """Answer a word that is no setting's name with those that are."""
    unknown = _("I know no setting {asked}.").format(asked=code(shortened(asked)))
    known = _("There are {known}. Example: {example}").format(
        known=", ".join(map(escape, names)), example=code("/settings tz berlin")
    )
    return f"{unknown} {known}"


def page(title: str, value: str, question: str) -> str:
    """Return the question of one setting, under what it is now."""
    return f"⚙️ {escape(title)}: {bold(value)}\n\n{escape(question)}"


def value_of(name: str, of: Reader, now: datetime) -> str:
    """Say how a setting stands, as plain text."""
    match name:
        case "language":
            return _LANGUAGES[of.language]
        case "tz":
            return zone_now(of.zone, now)
        case "quote":
            return of.quote or _("As it comes")
        case "numbers":
            return of.numbers
        case "timeframe":
            return of.timeframe.value
        case "period":
            return str(of.period)
        case "equity":
            return _("Not set") if of.equity is None else _whole(money(of.equity))
        case "risk":
            return _("As usual") if of.risk_pct is None else f"{exactly(of.risk_pct)}%"
        case "messages":
            return _levels()[of.notifications]
        case "quiet":
            return (
                _("Not set") if of.quiet is None else f"{_clock(of.quiet[0])}–{_clock(of.quiet[1])}"
            )
    raise ValueError(name)


def zone_now(zone: tzinfo, now: datetime) -> str:
    """Name a zone with its clock, so that a wrong one is noticed: `Europe/Berlin, 09:12`."""
    return f"{zone}, {now.astimezone(zone):%H:%M}"


def which_zone(asked: str, found: bool) -> str:
    """Ask which of the zones on the buttons is meant, or say that none is like it."""
    if found:
        return _("Is this your time zone?")
    return _(
        "I don't know {asked}. Write the name of a large city near you, or share your location."
    ).format(asked=code(asked))


def _whole(amount: str) -> str:
    """Leave out cents that are none."""
    return amount.removesuffix(in_style(".00"))


def _levels() -> dict[str, str]:
    return {"on": _("With a sound"), "silent": _("Silently"), "off": _("Not at all")}


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
