"""Reports in Markdown: of one deployment, and of a week."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.ledger import add
from common.ledger.events import Draft, Event, sealed
from common.ledger.file import FileLedger
from dashboard.__main__ import main
from dashboard.board import board
from dashboard.demonstration import demonstration
from dashboard.figures import delivery_rows
from dashboard.measures import measures
from dashboard.report import NoSuchDeployment, find, report
from dashboard.turned import flags
from dashboard.week import WEEK, week
from deploy.history import ENVIRONMENTS

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
DEMO = demonstration(NOW)


def test_a_deployment_is_told_with_its_steps_commits_and_place_in_the_ledger() -> None:
    story = find(DEMO, "p3", ENVIRONMENTS) if _has("p3") else find(DEMO, "s3", ENVIRONMENTS)
    said = report(story)

    assert said.startswith(f"## ✅ {story.version} to {story.environment}: deployed\n")
    for told in ("| Smoke tests | 12 passed, 0 failed |", "| Coverage | 97 % |", "bake time"):
        assert told in said
    assert f"`{story.hash}`" in said and f"### {len(story.commits)} commits" in said


def _has(name: str) -> bool:
    return any(it.draft.deployment == name for it in DEMO)


def test_without_a_name_it_is_the_newest_and_an_unknown_one_names_some() -> None:
    assert find(DEMO, "", ENVIRONMENTS).name == "p-last"
    with pytest.raises(NoSuchDeployment, match="the newest are .*p-last"):
        find(DEMO, "nowhere", ENVIRONMENTS)
    with pytest.raises(NoSuchDeployment, match="none at all"):
        find([], "", ENVIRONMENTS)


def test_what_the_ledger_says_stays_text_in_markdown() -> None:
    nasty = "a | b\n<img> @everybody [x](javascript:1) `y`"
    begun = {"version": nasty, "commits": [{"sha": nasty, "at": NOW.isoformat(), "subject": nasty}]}
    event = sealed(Draft(NOW, "staging", "started", nasty, "d", "javascript:1", begun), None)
    said = report(find([event], "d", ENVIRONMENTS))

    for markup in ("<img", "@everybody", "[x", "](javascript", "`y"):
        assert not re.search(r"(?<!\\)" + re.escape(markup), said)
    assert all(line.count(" | ") == 1 for line in said.splitlines() if line.startswith("| By"))


def test_the_week_has_the_measures_of_the_page() -> None:
    said = week([DEMO], ENVIRONMENTS, NOW)
    shown = board([DEMO], ENVIRONMENTS, flags(DEMO, NOW), NOW)

    for place in shown.places:
        for name, value, _, _ in delivery_rows(measures(place.told, NOW - WEEK, NOW)):
            assert f"| {name} | {value}".replace("<", "\\<") in said
    assert "`charts`: 25 % to 50 %, by grace: first users, nothing broke" in said
    assert "a made-up ledger" in said


def test_flags_past_their_time_are_a_line_of_the_week() -> None:
    later = datetime(2027, 6, 10, tzinfo=UTC)

    assert "enhanced\\_price\\_display was to be gone by 2027-06-01" in week(
        [[]], ENVIRONMENTS, later
    )


def test_a_week_without_anything_says_so() -> None:
    said = week([[]], ENVIRONMENTS, datetime(2026, 12, 1, tzinfo=UTC))

    assert said.count("Nothing was deployed yet.") == 2
    assert "None was turned." in said and "\nNone.\n" in said


def test_a_ledger_that_was_tampered_with_makes_the_week_say_so() -> None:
    assert "**The ledger was tampered with: event 4" in week(
        [DEMO[:3] + DEMO[4:]], ENVIRONMENTS, NOW
    )


def test_two_ledgers_make_one_week_and_two_pages_of_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    paths = [tmp_path / f"{it}.jsonl" for it in ENVIRONMENTS]
    for path, it in zip(paths, ENVIRONMENTS, strict=True):
        begun = {"version": "1.2.0"}
        add(FileLedger(path), Draft(at, it, "started", "ada", f"{it}-1", "", begun))
        ended = {"outcome": "deployed"}
        add(FileLedger(path), Draft(at, it, "finished", "ada", f"{it}-1", "", ended))
    monkeypatch.setenv("DEPLOY_LEDGERS", " ".join(map(str, paths)))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))

    assert main(["week", "--out", str(tmp_path / "week.md")]) == 0
    assert main(["report", "--deployment", "staging-1", "--out", str(tmp_path / "r.md")]) == 0
    said = capsys.readouterr().out
    assert said.count("1.2.0 runs.") == 2 and "## ✅ 1.2.0 to staging: deployed" in said
    assert (tmp_path / "summary.md").read_text() == (
        (tmp_path / "week.md").read_text() + "\n" + (tmp_path / "r.md").read_text() + "\n"
    )
    assert main(["report", "--deployment", "nowhere"]) == 2
    assert main(["page", "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text()
    heads = [json.loads(path.read_text().splitlines()[-1])["hash"][:16] for path in paths]
    assert all(head in page for head in heads)


def turned(minutes: int, **data: object) -> Event:
    at = NOW - timedelta(minutes=minutes)
    told = {"flag": "charts", "old": "off", "new": "on", "reason": "a try", **data}
    return sealed(Draft(at, "production", "flag", "ada", data=told), None)


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (turned(10, expires_at=(NOW + timedelta(hours=1)).isoformat()), "on"),
        (turned(10, expires_at=(NOW - timedelta(minutes=1)).isoformat()), "off"),
        (turned(-2, expires_at=(NOW + timedelta(hours=1)).isoformat()), "on"),
        (turned(-9, expires_at=(NOW + timedelta(hours=1)).isoformat()), "off"),
        (turned(10, expires_at=""), "off"),
        (turned(10, expires_at="tomorrow"), "off"),
        (turned(10, flag="unheard of", expires_at=(NOW + timedelta(hours=1)).isoformat()), "off"),
    ],
)
def test_a_flag_is_what_the_newest_change_made_it_until_that_ends(event: Event, value: str) -> None:
    assert flags([event], NOW)["charts"]["production"] == value
