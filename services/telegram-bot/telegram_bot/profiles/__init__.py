"""Trading profiles: where paper trades take their prices, and what they cost.

`trading_SIMU.json` and `trading_COINBASE.json` stand beside this file and in the image. Neither
sends an order anywhere: COINBASE takes Coinbase's prices and still fills on paper.
"""

from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

import msgspec

from common.errors import BadInput, Misconfigured
from common.market import Symbol, Timeframe
from telegram_bot.simulation.presets import Name, Preset

ProfileName = Literal["SIMU", "COINBASE"]
PROFILES: tuple[ProfileName, ...] = get_args(ProfileName)
_FOLDER = Path(__file__).parent


class Strategy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What trades where nothing else is asked for.

    Attributes:
        stop_atr: ATRs from the entry to the stop.
    """

    preset: Name
    period: int
    multiple: Decimal
    timeframe: str
    stop_atr: Decimal

    @property
    def shaped(self) -> Preset:
        """The preset itself."""
        return Preset(self.preset, self.period, self.multiple)


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One profile.

    Attributes:
        exchange: The source whose prices are filled at, as market-data names it.
        quote: The asset of the account's cash; every symbol is priced in it.
        symbols: `BASE-QUOTE`: what can be traded on paper.
        fee_pct: Of each side, in percent; `slippage_pct` likewise.
        start_cash: What a new account has.
    """

    exchange: str
    quote: str
    symbols: list[str]
    fee_pct: Decimal
    slippage_pct: Decimal
    start_cash: Decimal
    strategy: Strategy


def load(name: ProfileName) -> Profile:
    """Read the profile of this name.

    Raises:
        Misconfigured: If there is none, or something in it is not what it must be.
    """
    path = _FOLDER / f"trading_{name}.json"
    try:
        text = path.read_bytes()
    except OSError:
        known = " or ".join(PROFILES)
        raise Misconfigured(f"TRADING_PROFILE is {name!r}; it must be {known}.") from None
    return parse(text, path.name)


def parse(text: bytes, name: str) -> Profile:
    """Read one profile; `name` is what an error calls it.

    Raises:
        Misconfigured: As `load`.
    """
    try:
        profile = msgspec.json.decode(text, type=Profile)
    except msgspec.DecodeError as error:
        raise Misconfigured(f"{name}: {error}.") from None
    for problem in _problems(profile):
        raise Misconfigured(f"{name}: {problem}.")
    return profile


def _problems(profile: Profile) -> list[str]:
    found = []
    for what, value, most in (
        ("fee_pct", profile.fee_pct, 10),
        ("slippage_pct", profile.slippage_pct, 10),
    ):
        if not (value.is_finite() and 0 <= value <= most):
            found.append(f"{what} is {value}; use 0 to {most} percent")
    if not (profile.start_cash.is_finite() and profile.start_cash > 0):
        found.append(f"start_cash is {profile.start_cash}; use a number above 0")
    if not profile.symbols:
        found.append("symbols is empty")
    for symbol in profile.symbols:
        try:
            priced_in = Symbol(*symbol.split("-")).quote
        except (TypeError, ValueError):
            found.append(f"{symbol!r} is no symbol such as BTC-{profile.quote}")
            continue
        if priced_in != profile.quote:
            found.append(f"{symbol} is not priced in {profile.quote}")
    return found + _strategy_problems(profile.strategy)


def _strategy_problems(strategy: Strategy) -> list[str]:
    found = []
    try:
        Timeframe.parse(strategy.timeframe)
    except BadInput as error:
        found.append(f"strategy: {error}")
    if not 2 <= strategy.period <= 90:
        found.append(f"strategy: period is {strategy.period}; use 2 to 90")
    for what in (strategy.multiple, strategy.stop_atr):
        if not (what.is_finite() and 0 < what <= 100):
            found.append(f"strategy: {what} is no multiple of ATR; use a number up to 100")
    return found
