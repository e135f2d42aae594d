"""Every text goes through the catalogue, and German answers hold no English of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import telegram_bot
from common.errors import Unavailable
from telegram_bot.commands import Command
from telegram_bot.commands.discovery import discover
from telegram_bot.formatting.html import WIDTH, plain
from telegram_bot.replies import Notice, Reply
from tests.support.talk import Talk

CODE = Path(telegram_bot.__file__).parent
GERMAN = Talk.speaker(told="de")
TRANSLATING = {"_", "plural", "later"}
# What is said in these calls is for programs and their operators.
INTERNAL = {"ValueError", "AssertionError", "KeyError", "compile", "debug", "info", "warning"}
INTERNAL |= {"error", "exception", "get_logger", "strftime", "Press", "Unavailable", "__init__"}
INTERNAL |= {"Decimal"}
INTERNAL_ARGUMENTS = {"usage", "examples", "name", "aliases"}
WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]{3,}[.!?:]?$")
_COMMANDS = "|".join([*(command.name for command in discover().all), "paper"])
TYPED = re.compile(rf" in eur|/?({_COMMANDS})\b.*")
NAMES = {"Crypto Assistant", "English", "Deutsch", "Supertrend", "Chandelier", "ATR breakout"}
NAMES |= {"Berlin", "London", "Singapore", "Tokyo", "san francisco", "san diego", "las vegas"}
NAMES |= {"Binance", "Bitstamp", "Coinbase", "Kraken"}
# Of Python, of the log, and of an error that is always put in other words.
COLUMNS = {"price"}  # of a file that people send
UNHEARD = {"Commands", "Item", "not here", "no market's ATR is known", '<tg-time unix="'}

ERRORS = (
    "/price",
    "/price xyzzy",
    "/price сbtc",
    "/price btc xyzzy",
    "/price a b c d e f g h i j k l",
    "/atr",
    "/atr BTC 7m",
    "/atr BTC 500",
    "/atr ARB 1w 50",
    "/atr AAPL 4h",
    "/atr BTC risk",
    "/atr BTC 200x",
    "/atr BTC eq -5",
    "/atr BTC 4h frobnicate",
    "/settings tz xyzzy",
    "/settings colour red",
    "/help frobnicate",
    "/prise BTC",
    "hello my friend how are you",
)


async def test_even_the_alphabet_of_a_look_alike_is_named_in_german() -> None:
    reply = await Talk().say("/price ВТС", GERMAN)

    assert "(kyrillisch)" in reply.text


def _spoken(tree: ast.AST, inside: str = "") -> Iterator[tuple[int, str]]:
    """Yield line and text of each literal that is not translated and not internal."""
    for field, value in ast.iter_fields(tree):
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST):
                continue
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "id", getattr(function, "attr", ""))
                if name in TRANSLATING | INTERNAL and not (
                    name == "Press" and node.args and not isinstance(node.args[0], ast.Constant)
                ):
                    yield from _label(node) if name == "Press" else ()
                    continue
            if isinstance(node, ast.keyword) and node.arg in INTERNAL_ARGUMENTS:
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
            yield from _spoken(node, field)


def _label(press: ast.Call) -> Iterator[tuple[int, str]]:
    first = press.args[0] if press.args else None
    if isinstance(first, ast.Constant):
        yield first.lineno, str(first.value)


@pytest.mark.parametrize("folder", ["commands", "formatting"])
def test_no_text_bypasses_the_catalogue(folder: str) -> None:
    found = [
        f"{path.name}:{line}: {text!r}"
        for path in sorted((CODE / folder).rglob("*.py"))
        for line, text in _spoken(ast.parse(path.read_text("utf-8")))
        if WORDS.search(re.sub(r"<[^>]*>", "", text))
        and not TYPED.fullmatch(text)
        and text not in NAMES | UNHEARD
    ]

    assert found == []


def _english() -> list[re.Pattern[str]]:
    """Return the parts of English texts that a translation would have changed."""
    with (CODE / "locale/de/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    parts = set()
    for message in catalogue:
        originals, translated = _forms(message.id), _forms(message.string)
        for original in originals:
            for part in re.split(r"\{\w*\}|</?[a-z]+>", original):
                part = part.strip(" .,:;·—")
                if (
                    len(part) >= 4
                    and part not in COLUMNS
                    and not any(part in text for text in translated)
                ):
                    parts.add(part)
    return [re.compile(rf"(?<!\w){re.escape(part)}(?!\w)") for part in sorted(parts)]


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


ENGLISH = _english()
# Names of things, and what is typed, are the same in both.
SAME = re.compile(r"<code>[^<]*</code>|/\w+.*?(?=\n|$)")


def _foreign(reply: Reply | Notice) -> list[str]:
    shown = plain(SAME.sub("", reply.text))
    labels = [item.label for row in getattr(reply, "buttons", ()) for item in row]
    text = "\n".join([shown, *labels])
    return [f"{part.pattern} in {text}" for part in ENGLISH if part.search(text)]


@pytest.mark.parametrize("command", discover().all, ids=lambda command: command.name)
async def test_what_a_command_answers_is_german_for_germans(command: Command) -> None:
    talk = Talk()

    for example in (*command.examples, f"/{command.name}", f"/help {command.name}"):
        reply = await talk.say(example, GERMAN)
        talk.clock.advance(60)
        assert _foreign(reply) == [], example


@pytest.mark.parametrize("text", ERRORS)
async def test_what_went_wrong_is_told_in_german(text: str) -> None:
    talk = Talk()

    reply = await talk.say(text, GERMAN)

    assert _foreign(reply) == []


async def test_trouble_with_market_data_is_told_in_german() -> None:
    talk = Talk()
    talk.market.failure = Unavailable("down")

    assert _foreign(await talk.say("/price BTC", GERMAN)) == []


@pytest.mark.parametrize("text", ["/price BTC", "/price btc eth sol", "/atr BTC 4h", "/atr BTC"])
async def test_german_tables_fit_a_phone(text: str) -> None:
    reply = await Talk().say(text, GERMAN)

    for block in re.findall(r"<pre>(.*?)</pre>", reply.text, re.DOTALL):
        assert max(len(plain(line)) for line in block.splitlines()) <= WIDTH


async def test_numbers_and_clocks_are_german_and_what_is_copied_is_not() -> None:
    talk = Talk()
    await talk.say("/settings tz berlin", GERMAN)

    reply = await talk.say("/price BTC", GERMAN)

    assert "<b>67.250,10</b> USDT" in reply.text
    assert ">09:12:00 CET</tg-time>" in reply.text
    assert "📋 67250.10" in [item.label for row in reply.buttons for item in row]
