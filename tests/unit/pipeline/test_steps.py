"""The steps themselves: the real tool in this process, on the scripted ECS."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from common.ledger.file import FileLedger
from deploy import aws
from deploy.__main__ import main as tool
from deploy.endings import UNFINISHED
from pipeline import __main__ as steps
from pipeline import carry
from tests.support.fake_ecs_server import Server, World, running
from tests.support.fake_ecs_world import world_at
from tests.support.hurried_ecs import Fast, place
from tests.support.releases import SMOKE_TOKEN, content, digest

KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def world(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A folder as a job has it: the release file is there, and PLACE says where staging is."""
    client = aws.client("ecs", "eu-central-1", endpoint_url=server.address, **KEYS)
    made = world_at(Fast(6000.0), client, server, pause_minutes=20_000)
    where = place(server, tmp_path, poll=0.005).read_text()
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "release.json").write_text(json.dumps(content("1.1.0")))
    told = {name.upper(): value for name, value in KEYS.items()}
    told |= {"AWS_ENDPOINT_URL_ECS": server.address, "SMOKE_TOKEN": SMOKE_TOKEN}
    told |= {"ENVIRONMENT": "staging", "PLACE": where, "TRIGGER": "push"}
    told |= {it: str(tmp_path / it) for it in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return made


def outputs() -> dict[str, str]:
    """The newest value of each."""
    lines = Path("GITHUB_OUTPUT").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def did(*verbs: str) -> list[int]:
    return [steps.main([verb]) for verb in verbs]


def test_a_release_is_deployed_recorded_and_reported_with_the_ledgers_head(world: World) -> None:
    assert did("place", "apply", "record", "report") == [0, 0, 0, 0]

    assert outputs()["ending"] == "deployed"
    events = FileLedger(Path("ledger.jsonl")).read()
    assert events[-1].draft.kind == "validated"
    page = Path("GITHUB_STEP_SUMMARY").read_text()
    assert "1.1.0 to staging" in page
    assert events[-1].hash in page
    told = json.loads(outputs()["report"])
    assert told.startswith("✅ 1.1.0 to staging: deployed\n") and "|" not in told


def test_a_run_that_deployed_nothing_reports_no_other_runs_deployment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SERVER_URL", "https://github.com"), ("REPOSITORY", "owner/it")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    did("place", "apply", "report")
    first = json.loads(outputs()["report"])
    Path("GITHUB_OUTPUT").unlink()
    Path("GITHUB_STEP_SUMMARY").unlink()
    monkeypatch.setenv("GITHUB_RUN_ID", "8")
    did("report")

    assert first.startswith("✅ 1.1.0 to staging")
    said = Path("GITHUB_STEP_SUMMARY").read_text()
    assert "This run has deployed nothing." in said and "Head of the ledger: event" in said
    assert not Path("GITHUB_OUTPUT").exists()


def test_what_fails_its_smoke_tests_ends_as_rolled_back_and_is_not_recorded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.ill.add(digest("1.1.0", "telegram-bot"))

    assert did("place", "apply", "record", "report") == [0, 4, 3, 0]
    assert outputs()["ending"] == "rolled back"
    printed = capsys.readouterr().out
    assert "::error::apply ended with 4, rolled back: telegram-bot failed its smoke" in printed


def test_a_migration_that_fails_moves_nothing_and_is_not_recorded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.ecs.ends_with = 1

    assert did("place", "apply", "record", "report") == [0, 4, 3, 0]
    assert outputs()["ending"] == "rolled back"
    assert "UpdateService" not in world.calls
    assert "the database's steps ended with 1" in capsys.readouterr().out


def test_health_that_fails_after_the_shift_ends_as_rolled_back(world: World) -> None:
    world.lag = 100_000  # production goes on answering with the old version
    slower = Fast(200.0)  # so that there is time to watch it
    slower.sleep(1e6)
    world.ecs.clock = slower.seconds

    assert did("place", "apply", "record") == [0, 4, 3]
    assert outputs()["ending"] == "rolled back"


def test_a_dry_run_moves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRY_RUN", "true")

    assert did("place", "apply", "report") == [0, 0, 0]
    assert outputs()["ending"] == "nothing done"
    assert "UpdateService" not in world.calls


def test_a_run_that_is_cancelled_says_that_it_is_unfinished_and_not_that_it_was_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cancelled(words: Sequence[str]) -> int:
        """GitHub interrupts the tool, which says so on standard error."""
        return UNFINISHED

    monkeypatch.setattr(carry, "main", cancelled)

    assert did("place", "apply") == [0, UNFINISHED]
    assert outputs()["ending"] == "unfinished"
    assert "Run the failed jobs again" in capsys.readouterr().out


def test_what_is_under_way_is_not_found_to_stand_in_its_own_way(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    did("place")
    release = str(Path(".run/release.json"))
    left = ["apply", "--place", ".run/place.toml", "--release", release, "--hold"]
    assert tool(left) == UNFINISHED

    assert did("verify", "apply") == [0, 0]
    assert "staging-1.1.0-1 is under way" in capsys.readouterr().out


def test_anything_else_is_verified_first(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)  # where no registry answers

    assert did("place", "verify") == [0, 3]


def test_the_way_back_is_one_step(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    did("place", "apply")
    Path(".run/release.json").write_text(json.dumps(content("1.2.0")))
    did("apply")

    assert did("rollback") == [0]
    assert outputs()["ending"] == "deployed"
    newest = [it for it in FileLedger(Path("ledger.jsonl")).read() if it.draft.kind == "started"]
    assert newest[-1].draft.data["version"] == "1.1.0"


def test_a_way_back_where_there_is_none_is_refused(world: World) -> None:
    did("place")

    assert did("rollback") == [3]
    assert outputs()["ending"] == "refused"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "The variable PLACE of GitHub's environment staging is empty"),
        ("environment = 7", "must name at least one service"),
    ],
)
def test_a_place_that_is_none_is_said(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    written: str,
    said: str,
) -> None:
    monkeypatch.setenv("PLACE", written)

    assert did("place") == [3]
    assert said in capsys.readouterr().out


def test_the_place_of_another_environment_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")

    assert did("place") == [3]
    assert "The variable PLACE of production is about staging" in capsys.readouterr().out


def test_what_was_on_staging_is_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    did("place", "apply")
    Path(".run/release.json").unlink()
    monkeypatch.setenv("VERSION", "1.1.0")

    assert did("again") == [0]
    assert json.loads(Path(".run/release.json").read_text()) == content("1.1.0")


def test_a_word_that_is_none_is_answered_with_the_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert did("sing") == [2]
    assert "promotion" in capsys.readouterr().err
