"""When an alert fires: pure, one look at the market at a time.

A crossing needs a value on the other side first. Within one look nobody knows whether the high or
the low came first, but both came before its last value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from telegram_bot.alerts.ranks import rank
from telegram_bot.alerts.rules import Alert, Rule, State


@dataclass(frozen=True, slots=True)
class Look:
    """What a measure did between two instants.

    Attributes:
        begins, at: UTC seconds; equal for a look at one instant.
        low, high: Its extremes. Of what happens rather than is: how far down, as a negative
            number, and how far up.
        last: Its value at `at`.
        price: Of the market at `at`, in the quote asset.
        late: Whether this was found out afterwards.
        simulated: Whether no market stands behind it.
        first: Its value at `begins`; None: not known, or the look is at one instant.
        exchanges: What single exchanges said at `at`.
    """

    begins: float
    at: float
    low: Decimal
    high: Decimal
    last: Decimal
    price: Decimal
    late: bool = False
    simulated: bool = False
    first: Decimal | None = None
    exchanges: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What a look does to an alert.

    Attributes:
        alert: As it is afterwards.
        fires: The direction that it is told with; None: nothing is told.
        saw: The part of the look that fires it.
    """

    alert: Alert
    fires: str | None = None
    saw: Look | None = None


def seen(alert: Alert, look: Look) -> Look | None:
    """Return the part of a look that is news to an alert: all, its last value, or None."""
    if look.at <= alert.since:
        return None
    if look.begins >= alert.since:
        return look
    return replace(look, begins=look.at, low=look.last, high=look.last, first=None)


def react(alert: Alert, look: Look) -> Step | None:
    """Return what a look does to an armed or waiting alert; None: nothing."""
    news = seen(alert, look) if alert.state in ("armed", "waiting") else None
    if news is None or _is_over(alert, news.at):
        return None
    if not alert.rule.measure.is_level:
        return _happened(alert, news)
    rule = alert.rule
    if alert.state == "waiting":
        if not came_back(rule, news):
            return None
        if not is_beyond(rule, news.last):
            return Step(replace(alert, state="armed", since=news.at))
        return _fired(alert, news, rule.direction)  # back, and across once more
    if reached(rule, news):
        return _fired(alert, news, rule.direction)
    return None


def wake(alert: Alert, look: Look) -> Step | None:
    """Return what becomes of a resting alert once its time has come; None: it rests on."""
    if alert.wakes_at is None or look.at < alert.wakes_at or _is_over(alert, look.at):
        return None
    rested = replace(alert, since=look.at, wakes_at=None)
    rule = alert.rule
    if not rule.measure.is_level:
        return Step(replace(rested, state="armed"))
    if not is_beyond(rule, look.last):
        return Step(replace(rested, state="armed"))
    if rule.repeat == "remind":
        again = replace(rested, state="resting", wakes_at=look.at + rule.pause)
        return Step(again, rule.direction, look)
    if rule.percent is not None:
        return Step(replace(rested, state="armed", rule=anchored(rule, look.price, alert.step)))
    return Step(replace(rested, state="waiting"))


def first_state(rule: Rule, value: Decimal | None) -> State:
    """Return how an alert begins when the measure has this value; None: not known."""
    if value is not None and rule.measure.is_level and is_beyond(rule, value):
        return "waiting"
    return "armed"


def anchored(rule: Rule, price: Decimal, step: Decimal) -> Rule:
    """Count a percentage from `price`; the threshold is on the tick, and no nearer than asked."""
    if rule.percent is None:
        return rule
    exact = price * (100 + rule.percent) / 100
    rounding = ROUND_CEILING if rule.percent > 0 else ROUND_FLOOR
    threshold = (exact / step).quantize(Decimal(1), rounding) * step
    return replace(rule, anchor=price, threshold=max(threshold, step))


def is_beyond(rule: Rule, value: Decimal) -> bool:
    """Say whether a value is on the far side already; the threshold itself is."""
    return value >= rule.threshold if rule.direction == "up" else value <= rule.threshold


def came_back(rule: Rule, look: Look) -> bool:
    """Say whether the measure was on the near side again."""
    return look.low < rule.rearm if rule.direction == "up" else look.high > rule.rearm


def reached(rule: Rule, look: Look) -> bool:
    """Say whether the measure touched the threshold."""
    return look.high >= rule.threshold if rule.direction == "up" else look.low <= rule.threshold


Edge = str  # rise, fall or both


def watched(alert: Alert) -> tuple[Edge, int] | None:
    """Return the touch that is next of interest: an edge and the rank at which it wakes.

    `rise` wakes at values of that rank and above, `fall` at those and below; `both` at that size
    upwards or downwards. None: no value wakes it.
    """
    rule = alert.rule
    if alert.state not in ("armed", "waiting"):
        return None
    if not rule.measure.is_level:
        size = rank(rule.threshold)
        return {"up": ("rise", size), "down": ("fall", -size), "any": ("both", size)}[
            rule.direction
        ]
    if alert.state == "armed":
        return ("rise" if rule.direction == "up" else "fall"), rank(rule.threshold)
    if rule.direction == "up":
        return "fall", rank(rule.rearm) - 1
    return "rise", rank(rule.rearm) + 1


def _happened(alert: Alert, look: Look) -> Step | None:
    rule = alert.rule
    up = rule.direction != "down" and look.high >= rule.threshold
    down = rule.direction != "up" and -look.low >= rule.threshold
    if not up and not down:
        return None
    further_down = down and (not up or -look.low > look.high)
    return _fired(alert, look, "down" if further_down else "up")


def _fired(alert: Alert, look: Look, direction: str) -> Step:
    told = replace(alert, since=look.at, anchored_at=look.at)
    rule = alert.rule
    if rule.repeat == "once":
        return Step(replace(told, state="fired"), direction, look)
    if rule.repeat == "every":
        told = replace(told, rule=anchored(rule, look.price, alert.step))
    return Step(replace(told, state="resting", wakes_at=look.at + rule.pause), direction, look)


def _is_over(alert: Alert, at: float) -> bool:
    return alert.rule.expires_at is not None and at >= alert.rule.expires_at
