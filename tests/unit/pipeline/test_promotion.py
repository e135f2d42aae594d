"""Which release a tag brings to production, on a real repository and a deployed staging."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.ledger.events import Event
from deploy.apply import Wish, apply
from deploy.plan import Refused
from deploy.tale import Teller
from gitflow.repository import Repository
from pipeline.promotion import again, must_not_go_back, promoted
from pipeline.records import record
from tests.support.deploy_deaths import near_desk
from tests.support.deployments import Desk
from tests.support.fake_ecs_world import Ticks
from tests.support.releases import release

NOW = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A clone as the pipeline has it: v1.0.0 on main and develop, then v1.1.0 merged to main."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.org")
        monkeypatch.setenv(f"GIT_{name}_DATE", (NOW - timedelta(days=3)).isoformat())
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    found = Repository(tmp_path)
    found.git("init", "--quiet", "--initial-branch", "main")
    commit(found, "1.0.0", "begin")
    found.git("tag", "v1.0.0")
    found.git("update-ref", "refs/remotes/origin/develop", "main")
    found.git("switch", "--quiet", "--create", "release/v1.1.0")
    commit(found, "1.1.0", "bot: answer sooner")
    found.git("switch", "--quiet", "main")
    found.merge("release/v1.1.0", "Merge pull request #1 from somebody/release/v1.1.0")
    found.git("tag", "v1.1.0")
    found.git("update-ref", "refs/remotes/origin/main", "main")
    return found


def commit(here: Repository, version: str, message: str) -> None:
    (here.folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    here.git("add", ".")
    here.git("commit", "--quiet", "--message", message)


@pytest.fixture
def staged(here: Repository) -> Callable[..., list[Event]]:
    """Brings the candidate to staging, records it, and returns the ledger."""

    def bring(trigger: str = "push", *, content: str = "release/v1.1.0") -> list[Event]:
        desk: Desk = near_desk(Ticks())
        built = replace(
            release("1.1.0"),
            version="1.1.0rc1",
            tree=here.git("rev-parse", f"{content}^{{tree}}"),
            revision=here.git("rev-parse", content),
        )
        assert apply(desk.tools, Wish(built, Teller("ada"), trigger=trigger)).code == 0
        record(desk.tools.ledger, "staging", built, Teller("ada"), NOW)
        return list(desk.tools.ledger.read())

    return bring


def test_a_tag_brings_the_candidates_images_under_its_own_version(
    here: Repository, staged: Callable[..., list[Event]]
) -> None:
    found, trigger = promoted(here, staged(), "v1.1.0", NOW)

    assert (found.version, trigger) == ("1.1.0", "push")
    assert found.images == release("1.1.0").images
    assert found.revision == here.git("rev-parse", "release/v1.1.0")  # as the images say
    assert [it["subject"] for it in found.commits] == ["bot: answer sooner"]


def test_a_hotfix_stays_one_on_its_way(
    here: Repository, staged: Callable[..., list[Event]]
) -> None:
    assert promoted(here, staged("hotfix"), "v1.1.0", NOW)[1] == "hotfix"


def test_a_content_that_staging_has_not_shown_is_refused(
    here: Repository, staged: Callable[..., list[Event]]
) -> None:
    with pytest.raises(Refused, match="Staging has not shown the content"):
        promoted(here, staged(content="v1.0.0"), "v1.1.0", NOW)


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v9.9.9", "There is no tag"), ("1.1.0", "There is no tag"), ("main", "is no version")],
)
def test_what_is_no_tag_is_refused(
    here: Repository, staged: Callable[..., list[Event]], tag: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        promoted(here, staged(), tag, NOW)


def test_a_tag_beside_main_is_refused(here: Repository, staged: Callable[..., list[Event]]) -> None:
    here.git("switch", "--quiet", "--create", "feature/CA-1-a")
    commit(here, "1.2.0", "bot: nobody saw this")
    here.git("tag", "v1.2.0")

    with pytest.raises(Refused, match="v1.2.0 does not stand on main"):
        promoted(here, staged(), "v1.2.0", NOW)


def test_a_tag_that_names_another_version_than_its_content_is_refused(
    here: Repository, staged: Callable[..., list[Event]]
) -> None:
    here.git("tag", "v1.2.0")

    with pytest.raises(Refused, match="v1.2.0 is about 1.2.0, but pyproject.toml says 1.1.0"):
        promoted(here, staged(), "v1.2.0", NOW)


def test_a_release_that_has_not_come_back_to_develop_for_a_day_keeps_the_next_one(
    here: Repository, staged: Callable[..., list[Event]]
) -> None:
    commit(here, "1.2.0", "release: call it 1.2.0")
    here.git("tag", "v1.2.0")
    here.git("update-ref", "refs/remotes/origin/main", "main")
    events = staged(content="v1.2.0")

    with pytest.raises(Refused, match="v1.1.0 has not come back to develop for more than a day"):
        promoted(here, events, "v1.2.0", NOW)
    assert promoted(here, events, "v1.2.0", NOW - timedelta(days=2, hours=1))
    here.git("update-ref", "refs/remotes/origin/develop", "v1.1.0")
    assert promoted(here, events, "v1.2.0", NOW)


def test_what_was_on_staging_is_found_again_by_its_version(
    staged: Callable[..., list[Event]],
) -> None:
    events = staged()

    assert again(events, "1.1.0rc1").version == "1.1.0rc1"
    with pytest.raises(Refused, match="1.9.0 was never on staging"):
        again(events, "1.9.0")


def test_an_approval_that_comes_after_a_newer_release_brings_nothing_back() -> None:
    desk = near_desk(Ticks())
    desk.apply("1.2.0")
    events = desk.tools.ledger.read()

    with pytest.raises(Refused, match="staging has 1.2.0, and 1.1.0 is older.*workflow Rollback"):
        must_not_go_back(events, "staging", "1.1.0")
    for newer in ("1.2.0", "1.2.1", "1.3.0rc1"):
        must_not_go_back(events, "staging", newer)
    must_not_go_back([], "staging", "1.0.0")
