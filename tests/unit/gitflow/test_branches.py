"""Names of branches, and where pull requests may go."""

import pytest

from gitflow.branches import complaints, kind_of, version_of
from gitflow.versions import Version, latest

GOOD = {
    "feature/CA-123-enhanced-price-display": "feature",
    "bugfix/CA-7-rounding": "bugfix",
    "release/v1.2.3": "release",
    "hotfix/v1.2.4-stale-prices": "hotfix",
}


@pytest.mark.parametrize(("branch", "kind"), GOOD.items())
def test_a_good_name_tells_its_kind(branch: str, kind: str) -> None:
    found = kind_of(branch)

    assert found is not None
    assert found.name == kind


@pytest.mark.parametrize(
    "branch",
    [
        "main",
        "feature/words",
        "feature/CA-0-words",
        "feature/CA-12",
        "feature/CA-12-Words",
        "feature/CA-12-words-",
        "feature/ca-12-words",
        "bugfix/v1.2.3",
        "release/1.2.3",
        "release/v1.2",
        "release/v1.02.3",
        "release/v1.2.3-rc.1",
        "hotfix/v1.2.3",
        "wip/CA-12-words",
    ],
)
def test_any_other_name_is_none(branch: str) -> None:
    assert kind_of(branch) is None
    assert version_of(branch) is None


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ("feature/CA-1-a", "develop"),
        ("bugfix/CA-1-a", "develop"),
        ("release/v1.2.3", "main"),
        ("hotfix/v1.2.3-a", "main"),
        ("main", "develop"),
        ("main", "release/v1.3.0"),
        ("dependabot/pip/httpx-1", "develop"),
    ],
)
def test_a_pull_request_may_go_where_its_branch_goes(head: str, base: str) -> None:
    assert list(complaints(head, base, "1.2.3")) == []


@pytest.mark.parametrize(
    ("head", "base", "said"),
    [
        ("feature/CA-1-a", "main", "A feature goes to develop, not to main."),
        ("release/v1.2.3", "develop", "A release goes to main, not to develop."),
        ("hotfix/v1.2.3-a", "develop", "A hotfix goes to main, not to develop."),
        ("dependabot/pip/httpx-1", "main", "dependabot/pip/httpx-1 goes to develop, not to main."),
        ("develop", "main", "'develop' is no name of a branch here"),
        ("main", "main", "'main' is no name of a branch here"),
    ],
)
def test_any_other_pull_request_is_told_why_not(head: str, base: str, said: str) -> None:
    (answer,) = complaints(head, base, "1.2.3")

    assert answer.startswith(said)


def test_a_release_says_the_version_that_it_is_called_after() -> None:
    assert list(complaints("release/v1.2.3", "main", "1.2.2")) == [
        "release/v1.2.3 is about 1.2.3, but pyproject.toml says 1.2.2."
    ]


def test_versions_are_ordered_by_number() -> None:
    assert latest(["v0.9.0", "v0.10.0", "v0.11.0-rc.1", "nightly"]) == Version(0, 10, 0)
    assert latest(["nightly"]) is None


@pytest.mark.parametrize(
    ("part", "next_one"), [("major", "2.0.0"), ("minor", "1.3.0"), ("patch", "1.2.4")]
)
def test_the_next_version_starts_lower_parts_again(part: str, next_one: str) -> None:
    assert str(Version(1, 2, 3).next(part)) == next_one


@pytest.mark.parametrize("text", ["1.2", "v1.2.3-rc.1", "one"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        Version.parse(text)
