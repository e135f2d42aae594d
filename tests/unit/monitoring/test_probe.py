"""Looks at an environment: what is seen, what is remembered, and one word for it everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common.condition import WORDS, of_sources
from common.errors import Unavailable
from common.ledger import add
from common.ledger.events import Draft, broken_at
from common.ledger.file import FileLedger
from common.wire import ProviderState
from dashboard.__main__ import main as dashboard
from dashboard.board import board
from dashboard.page import page
from monitoring import hours
from monitoring.__main__ import looked, main, told
from monitoring.looks import MOST_A_DAY, Look, looks
from monitoring.newest import Folder, beside, newest
from telegram_bot.commands import status
from telegram_bot.formatting import status as chat
from tests.support.talk import Talk
from tests.support.threaded import served

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
Answers = Mapping[str, tuple[int, dict[str, Any]]]
WELL: Answers = {
    "/version": (200, {"digest": DIGEST}),
    "/condition": (200, {"condition": "healthy"}),
}


@dataclass
class Place:
    """An environment that answers as told, its ledger and what is kept beside it."""

    path: Path
    answers: Answers = field(default_factory=lambda: WELL)
    at: datetime = NOW

    def ask(self, address: str, path: str) -> tuple[int, dict[str, Any]]:
        return self.answers[path]

    def look(self, minutes: int = 15) -> Look:
        self.at += timedelta(minutes=minutes)
        return looked(self.ledger, self.shelf, self, "staging", "https://it", self.at)

    @property
    def ledger(self) -> FileLedger:
        return FileLedger(self.path / "ledger.jsonl")

    @property
    def shelf(self) -> Folder:
        return Folder(self.path / "newest")

    def events(self) -> list[Look]:
        return list(looks(self.ledger.read(), "staging"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def saying(**told: object) -> Answers:
    return {"/condition": (200, told)}


SEEN: list[tuple[Answers, str, str]] = [
    ({}, "healthy", ""),
    (saying(condition="impaired", resting=["kraken"]), "impaired", "resting: kraken"),
    (saying(condition="down", silent="market-data"), "down", "market-data does not answer"),
    (saying(condition="down", ready=False), "down", "not ready"),
    ({"/condition": (503, {})}, "down", "it answers 503"),
    ({"/condition": (0, {"error": "no answer (OSError)"})}, "down", "no answer (OSError)"),
    ({"/condition": (404, {})}, "unknown", "it answers 404"),
    (saying(condition="splendid"), "unknown", ""),
]


@pytest.mark.parametrize(("changed", "condition", "detail"), SEEN)
def test_what_answers_decides_how_it_is(
    place: Place, changed: Answers, condition: str, detail: str
) -> None:
    place.answers = {**WELL, **changed}
    seen = place.look()

    assert (seen.condition, seen.detail) == (condition, detail)


def test_the_version_is_the_one_that_the_ledger_knows_by_its_digest(place: Place) -> None:
    release = {"images": {"telegram-bot": {"digest": DIGEST}}}
    begun = {"version": "1.2.0", "release": release}
    add(place.ledger, Draft(NOW, "staging", "started", "ada", "d1", "", begun))

    assert told("staging", place.look()) == "staging is healthy, 1.2.0"


def test_a_quarter_of_an_hour_is_no_news_and_a_day_is(place: Place) -> None:
    for _ in range(96 * 3):
        place.look()

    assert [it.count for it in place.events()] == [1, 96, 96]
    kept = newest(place.shelf, "staging")
    assert kept is not None and kept.at == place.at and (kept.count, kept.well) == (95, 95)
    assert broken_at(place.ledger.read()) is None


def test_what_has_changed_is_news_at_once(place: Place) -> None:
    place.look()
    place.look()
    place.answers = {**WELL, "/condition": (0, {"error": "no answer"})}
    place.look()

    assert [(it.condition, it.count, it.well) for it in place.events()] == [
        ("healthy", 1, 1),
        ("down", 2, 1),
    ]


def test_what_goes_up_and_down_all_day_is_bounded(place: Place) -> None:
    for number in range(200):
        ill = {"/condition": (200, {"condition": "impaired" if number % 2 else "healthy"})}
        place.answers = {**WELL, **ill}
        place.look(minutes=5)

    assert len(place.events()) == MOST_A_DAY
    kept = newest(place.shelf, "staging")
    assert kept is not None and sum(it.count for it in place.events()) + kept.count == 200


@pytest.mark.parametrize("note", ["", "{", "[]", '{"at": 5}', '{"at": "yesterday"}'])
def test_a_note_that_is_none_begins_anew(place: Place, note: str) -> None:
    place.look()
    (place.path / "newest" / "staging.json").write_text(note)

    assert place.look().count == 1


def test_a_look_that_cannot_be_remembered_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ledger.jsonl").write_text("?\n")
    where = ("--ledger", str(tmp_path / "ledger.jsonl"))

    assert main(["probe", "--environment", "staging", *where]) == 2
    assert "PROBE_ADDRESS" in capsys.readouterr().err
    nobody = ("--address", "http://127.0.0.1:9")
    assert main(["probe", "--environment", "staging", *where, *nobody]) == 2
    assert "cannot be remembered: " in capsys.readouterr().err


def test_it_looks_over_real_sockets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(request: Request) -> JSONResponse:
        status, content = WELL[request.url.path]
        return JSONResponse(content, status)

    app = Starlette(routes=[Route("/{path:path}", answer)])
    ledger = str(tmp_path / "ledger.jsonl")
    with served(lambda: app) as address:
        words = ("probe", "--environment", "production", "--address", address)
        assert main([*words, "--ledger", ledger]) == 0
    assert main([*words, "--ledger", ledger]) == 0

    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"production is healthy, {DIGEST[:19]}"
    assert said[1].startswith("production is out of service: no answer")
    assert newest(beside(ledger), "production") is not None


SOURCES: dict[str, tuple[Literal["closed", "open", "half_open"], ...]] = {
    "healthy": ("closed", "half_open"),
    "impaired": ("closed", "open"),
    "down": ("open", "open"),
}


@pytest.mark.parametrize("condition", [*SOURCES, "silent"])
async def test_the_chat_and_the_page_say_the_same_words(place: Place, condition: str) -> None:
    """From the sources to the chat, and over /condition, a probe and the ledger to the page."""
    talk = Talk()
    breakers = SOURCES.get(condition)
    if breakers is None:
        talk.market.failure = Unavailable("it is away")
    else:
        talk.market.states = [
            ProviderState(name=f"s{number}", quality="single", breaker=breaker)
            for number, breaker in enumerate(breakers)
        ]
    said = await status.condition(talk.services)
    place.answers = {**WELL, "/condition": (200, said)}
    place.look()
    shown = board([place.ledger.read()], ("staging",), {}, place.at)

    word = WORDS[shown.places[0].health]
    assert (await talk.say("/status")).text.startswith(f"🩺 <b>Status</b>: {word}\n")
    assert f"{word}</span></header>" in page(shown)


def test_both_have_a_word_for_everything() -> None:
    assert chat.CONDITIONS == dict(WORDS)
    assert of_sources([]) == "down"


@pytest.mark.parametrize(
    "wrong", ["", "always", "Mon-Fri 8-18", "Mon-Fry 8-18 UTC", "Mon-Fri 8-18 Moon/Sea"]
)
def test_hours_that_are_none_are_answered_with_some_that_are(wrong: str) -> None:
    with pytest.raises(hours.BadHours, match="Mon-Fri 8-18 Europe/Berlin"):
        hours.read(wrong)


def test_what_sleeps_is_not_out_of_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    words = ("probe", "--environment", "staging", "--address", "http://127.0.0.1:9")

    assert main([*words, "--ledger", str(ledger), "--hours", "Mon-Sun 0-0 UTC"]) == 0
    assert "staging sleeps" in capsys.readouterr().out and not ledger.exists()
    assert main([*words, "--ledger", str(ledger), "--hours", "sometimes"]) == 2


def test_working_hours_follow_the_clocks_of_their_zone() -> None:
    awake = hours.read("Mon-Fri 8-18 Europe/Berlin")

    assert datetime(2030, 7, 1, 6, tzinfo=UTC) in awake  # eight in summer
    assert datetime(2030, 1, 1, 6, tzinfo=UTC) not in awake
    assert datetime(2030, 7, 6, 12, tzinfo=UTC) not in awake  # a Saturday


def test_the_page_shows_the_newest_look_though_the_ledger_does_not_know_it(
    place: Place, tmp_path: Path
) -> None:
    begun = {"version": "1.2.0"}
    place.at = datetime.now(UTC) - timedelta(hours=5)
    add(place.ledger, Draft(place.at, "staging", "started", "ada", "d1", "", begun))
    add(
        place.ledger,
        Draft(place.at, "staging", "finished", "ada", "d1", "", {"outcome": "deployed"}),
    )
    for _ in range(19):
        place.look()
    out = tmp_path / "page.html"

    assert len(place.events()) == 1
    where = ("--ledger", str(tmp_path / "ledger.jsonl"))
    assert dashboard(["page", *where, "--out", str(out)]) == 0
    assert 'class="card healthy"' in out.read_text()
    assert "100.0 % of 19 looks in 7 days" in out.read_text()


@pytest.mark.parametrize(
    ("environment", "address", "said"),
    [
        ("", "https://bot.example.org", "Which environment?"),
        ("local", "https://bot.example.org", "staging or production"),
        ("staging", "", "Where is it?"),
        ("staging", "bot.example.org", "--address https://bot.example.org"),
        ("staging", "ftp://bot.example.org", "--address https://bot.example.org"),
        ("staging", "https://", "--address https://bot.example.org"),
    ],
)
def test_what_was_misspelt_is_answered_and_never_remembered(
    environment: str,
    address: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    monkeypatch.setenv("PROBE_ADDRESS", address)
    monkeypatch.delenv("DEPLOY_LEDGER", raising=False)

    assert main(["probe", "--ledger", str(tmp_path / "ledger.jsonl")]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
