"""What is on where: the table that people edit, and the one question asked of it.

A flag is off when in doubt: in an environment that its row does not name, it is off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Environment = Literal["local", "staging", "production"]
Flag = Literal["enhanced_price_display", "atr_optimization"]

FEATURES: Final[Mapping[Flag, Mapping[Environment, bool]]] = {
    # /price answers with the whole card; off, with two lines.
    "enhanced_price_display": {"local": True, "staging": True, "production": False},
    # ATR is kept and advanced at each close; off, it is recomputed over its whole window.
    "atr_optimization": {"local": True, "staging": True, "production": True},
}

ENVIRONMENTS: Final[tuple[Environment, ...]] = get_args(Environment)


@dataclass(frozen=True, slots=True)
class Features:
    """The flags of one environment.

    >>> Features("staging").enabled("enhanced_price_display", chat=7)
    True
    >>> Features("production").enabled("enhanced_price_display")
    False
    """

    environment: Environment

    def enabled(self, flag: Flag, chat: int | None = None) -> bool:
        """Say whether `flag` is on for `chat`; None where nobody asks, as in scheduled work."""
        return FEATURES.get(flag, {}).get(self.environment, False)
