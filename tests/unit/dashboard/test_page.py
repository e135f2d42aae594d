"""The page itself: complete without a network or a script, and safe whatever the ledger says."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from common.ledger.events import Draft, Event, Kind, broken_at, sealed
from dashboard.__main__ import main
from dashboard.board import Board, board
from dashboard.demonstration import demonstration
from dashboard.page import page
from dashboard.turned import flags

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
PLACES = ("staging", "production")
_VOID = {"meta", "link", "input", "rect", "line", "circle"}


class Nesting(HTMLParser):
    """Fails on an element that is closed where it is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert tag in _VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shown(events: list[Event]) -> Board:
    return board([events], PLACES, flags(events, NOW), NOW)


@pytest.fixture(scope="module")
def text() -> str:
    return page(shown(demonstration(NOW)))


def test_the_six_fields_stand_on_every_card(text: str) -> None:
    for name in (
        *("Environment", "Current version", "Last deployed", "Deployed by", "Health status"),
        "Last health check",
    ):
        assert text.count(f"<dt>{name}</dt>") == len(PLACES)


def test_it_is_well_formed_small_and_asks_no_network(text: str) -> None:
    nesting = Nesting()
    nesting.feed(text)

    assert nesting.open == []
    assert len(text.encode()) < 200_000
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert "default-src 'none'" in text


def busy() -> list[Event]:
    """A month in which a team deploys twelve times a day, and staging is well every other hour."""
    told: list[tuple[Kind, Callable[[int], dict[str, object]]]] = [
        ("started", lambda it: {"version": f"1.{360 - it}.0", "commits": list(_commits(it))}),
        ("step", lambda it: {"step": "telegram-bot BAKE_TIME", "outcome": "reached"}),
        ("finished", lambda it: {"outcome": "deployed"}),
        ("observation", lambda it: {"health": "healthy" if it % 2 else "impaired"}),
    ]
    drafts = [
        Draft(NOW - timedelta(hours=2 * it), place, kind, "ada", f"{place}-{it}", RUN, data(it))
        for it in range(360)
        for place in PLACES
        for kind, data in told
    ]
    events: list[Event] = []
    for draft in sorted(drafts, key=lambda it: it.at):
        events.append(sealed(draft, events[-1] if events else None))
    return events


RUN = "https://github.com/owner/repository/actions/runs/12345678901"


def _commits(number: int) -> Iterator[dict[str, str]]:
    born = (NOW - timedelta(hours=2 * number + 1)).isoformat()
    for it in range(30):
        yield {"sha": f"{number:038}{it:02}", "at": born, "subject": "bot: a commit " + "x" * 90}


def test_a_team_that_is_never_idle_makes_no_large_page() -> None:
    text = page(shown(busy()))

    assert len(text.encode()) < 200_000
    assert ">100 newest</text>" in text
    assert "620 older ones are in the ledger" in text and "the newest 20<ul>" in text
    links = set(re.findall(r'<a href="#((?:staging|production)-\d+)">', text))
    assert links and all(f'id="{it}"' in text for it in links)


def test_what_has_just_begun_is_within_the_picture(text: str) -> None:
    bars = re.findall(r'class="under-way" x="([\d.]+)" y="\d+" width="([\d.]+)"', text)

    assert len(bars) == 1
    assert all(float(left) + float(width) <= 720 for left, width in bars)


def test_a_demonstration_says_that_it_is_one(text: str) -> None:
    assert "a made-up ledger, no real deployment" in text
    assert broken_at(demonstration(NOW)) is None
    assert "made-up" not in page(shown([]))


def test_an_empty_ledger_is_a_page_that_says_so() -> None:
    text = page(shown([]))

    assert "none yet" in text and "Nothing was deployed here yet" in text
    assert 'class="card unknown"' in text and "card healthy" not in text


def test_what_the_ledger_says_is_text_and_never_markup() -> None:
    nasty = "<script>alert(1)</script>"
    data = {
        "version": nasty,
        "commits": [{"sha": nasty, "at": NOW.isoformat(), "subject": nasty}],
    }
    events = [sealed(Draft(NOW, "production", "started", nasty, nasty, nasty, data), None)]
    ended = Draft(NOW, "production", "finished", nasty, nasty, "", {"outcome": "deployed"})
    events.append(sealed(ended, events[0]))
    text = page(shown(events))

    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_a_ledger_that_was_tampered_with_is_told_on_top() -> None:
    events = demonstration(NOW)
    del events[3]

    assert "The ledger was tampered with: event 4" in page(shown(events))


def test_the_command_line_writes_the_page_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "page.html"
    assert main(["page", "--ledger", str(tmp_path / "none"), "--out", str(out)]) == 0

    assert out.as_uri() in capsys.readouterr().out
    assert "What runs where" in out.read_text(encoding="utf-8")


def test_a_corrupt_ledger_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ledger.jsonl").write_text("?\n", encoding="utf-8")
    out = tmp_path / "page.html"

    assert main(["page", "--ledger", str(tmp_path / "ledger.jsonl"), "--out", str(out)]) == 2
    assert "ledger.jsonl, line 1" in capsys.readouterr().err
