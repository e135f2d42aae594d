"""What is on where: the only thing that people edit.

A value is True, False or `rollout(percent, allow, deny)`. A flag is off when in doubt: in an
environment that its row does not name, it is off. `NOTES` says why a flag exists and until when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from common.features.rollout import Rollout

Environment = Literal["local", "staging", "production"]
Flag = Literal[
    "enhanced_price_display",
    "atr_optimization",
    "charts",
    "backtest",
    "paper",
    "inline_mode",
    "portfolio",
    "digest",
    "alerts",
    "atr_alerts",
]

FEATURES: Final[Mapping[Flag, Mapping[Environment, bool | Rollout]]] = {
    # /price answers with the whole card; off, with two lines.
    "enhanced_price_display": {"local": True, "staging": True, "production": False},
    # ATR is kept and advanced at each close; off, it is recomputed over its whole window.
    "atr_optimization": {"local": True, "staging": True, "production": True},
    # /backtest lets presets trade the past.
    "backtest": {"local": True, "staging": True, "production": False},
    # /paper trades on paper, by hand or by a preset.
    "paper": {"local": True, "staging": True, "production": False},
    # /chart draws pictures.
    "charts": {"local": True, "staging": True, "production": False},
    # `@bot btc` is answered in any chat; @BotFather has to know of it too (/setinline).
    "inline_mode": {"local": True, "staging": True, "production": True},
    # /portfolio keeps people's trades and says what became of them.
    "portfolio": {"local": True, "staging": True, "production": True},
    # /digest tells each day at a local time what happened.
    "digest": {"local": True, "staging": True, "production": True},
    # /alert and /alerts, and the engine that watches the market for them.
    "alerts": {"local": True, "staging": True, "production": True},
    # Alerts about breakouts, ATR, its regime and Supertrend.
    "atr_alerts": {"local": True, "staging": True, "production": True},
}

ENVIRONMENTS: Final[tuple[Environment, ...]] = get_args(Environment)

Kind = Literal["release", "ops", "permission"]


@dataclass(frozen=True, slots=True)
class Note:
    """Why a flag exists.

    Attributes:
        kind: `release` ends once everybody has it; `ops` stays, to turn load off in trouble;
            `permission` says who may use something.
        expires: When `lint` begins to ask about it; None: never.
    """

    kind: Kind
    expires: date | None = None


NOTES: Final[Mapping[Flag, Note]] = {
    "enhanced_price_display": Note("release", date(2027, 6, 1)),
    "atr_optimization": Note("ops"),
    "backtest": Note("ops"),
    "paper": Note("ops"),
    "charts": Note("ops"),
    "inline_mode": Note("ops"),
    "portfolio": Note("ops"),
    "digest": Note("ops"),
    "alerts": Note("ops"),
    "atr_alerts": Note("ops"),
}
