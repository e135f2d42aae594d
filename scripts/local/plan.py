"""What `make run` starts: programs as data, decided from the settings and the free ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
# Not a secret: it opens nothing but the playground on this machine.
PLAYGROUND_TOKEN = "4242:nothing-real"  # nosec B105
_REAL = "coinbase,kraken,bitstamp,binance,recorded"
_OFFLINE = "recorded,simu"


@dataclass(frozen=True, slots=True)
class Program:
    """One process.

    Attributes:
        name: As a person knows it, for example `market-data`.
        module: What `python -m` starts.
        settings: Environment variables beside those that the parent has.
        health: Address that answers 200 once the program can be used; none if it never listens.
        heartbeat: File that the program touches once it works. None for a bot on real Telegram,
            which may have to wait until that can be reached.
        keeps_secrets: Whether tokens and keys of the environment are passed on to it.
    """

    name: str
    module: str
    settings: Mapping[str, str] = field(default_factory=dict)
    health: str | None = None
    heartbeat: Path | None = None
    keeps_secrets: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one run starts.

    Attributes:
        programs: In starting order.
        page: Address of the chat page; none when the bot talks to real Telegram.
        providers: Where prices come from, the preferred source first.
    """

    programs: tuple[Program, ...]
    page: str | None
    providers: str


def has_token(settings: Mapping[str, str]) -> bool:
    """Tell whether the person brought a bot of their own."""
    return bool(settings.get("TELEGRAM_BOT_TOKEN"))


def plan(
    settings: Mapping[str, str],
    *,
    market_port: int,
    page_port: int,
    logs: Path,
    revision: str = "unknown",
) -> Plan:
    """Decide what to start.

    With `TELEGRAM_BOT_TOKEN` the bot talks to real Telegram and prices come from real exchanges;
    without it everything happens on this machine. What the person set always wins.

    Args:
        settings: The environment, with `.env` beneath it.
        market_port, page_port: Free ports for market-data and for the chat page.
        logs: Folder of what a run leaves behind.
        revision: The commit that is checked out.
    """
    real = has_token(settings)
    page = None if real else f"http://{HOST}:{page_port}"
    providers = settings.get("PROVIDERS") or (_REAL if real else _OFFLINE)
    market = f"http://{HOST}:{market_port}"
    shared = {
        "ENVIRONMENT": settings.get("ENVIRONMENT") or "local",
        "REVISION": settings.get("REVISION") or revision,
    }
    market_data = Program(
        "market-data",
        "market_data",
        {
            **shared,
            "MARKET_DATA_HOST": HOST,
            "MARKET_DATA_PORT": str(market_port),
            "PROVIDERS": providers,
            "CANDLE_STORE": settings.get("CANDLE_STORE") or str(logs / "candles.sqlite"),
        },
        f"{market}/healthz",
    )
    playground = Program(
        "playground",
        "playground",
        {
            **shared,
            "PLAYGROUND_HOST": HOST,
            "PLAYGROUND_PORT": str(page_port),
            "PLAYGROUND_TOKEN": PLAYGROUND_TOKEN,
        },
        page,
    )
    heartbeat = logs / "telegram-bot.heartbeat"
    bot = Program(
        "telegram-bot",
        "telegram_bot",
        {
            **shared,
            **({} if page is None else _local_telegram(page)),
            "MARKET_DATA_URL": market,
            "BOT_HEARTBEAT": str(heartbeat),
            "DATABASE_URL": settings.get("DATABASE_URL") or _database(settings, logs),
        },
        heartbeat=None if real else heartbeat,
        keeps_secrets=True,
    )
    programs = (market_data, bot) if real else (market_data, playground, bot)
    return Plan(programs, page, providers)


def _database(settings: Mapping[str, str], folder: Path) -> str:
    """Return a file for each bot: one must not see the updates of another."""
    bot = settings.get("TELEGRAM_BOT_TOKEN", "").partition(":")[0]
    name = f"bot-{bot}.sqlite" if bot.isdecimal() else "bot.sqlite"
    return f"sqlite:///{folder / name}"


def _local_telegram(page: str) -> dict[str, str]:
    return {"TELEGRAM_API_URL": page, "TELEGRAM_BOT_TOKEN": PLAYGROUND_TOKEN}
