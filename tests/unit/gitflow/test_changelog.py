"""The changelog's form, and what a release takes from it."""

import pytest

from gitflow.changelog import complaints, notes, released

PAGE = """# Changelog

## Unreleased

### Added

- Alerts.

## 1.1.0 - 2030-02-01

### Fixed

- Rounding.

## 1.0.0 - 2030-01-01
"""


def test_a_good_page_passes() -> None:
    assert list(complaints(PAGE)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Unreleased", "## Soon", "must begin with '## Unreleased'"),
        ("1.0.0 - 2030-01-01", "1.0.0", "'1.0.0' is not '1.2.3 - 2030-12-31'"),
        ("1.0.0 -", "1.2.0 -", "'1.1.0 - 2030-02-01' stands above '1.2.0 - 2030-01-01'"),
        ("### Fixed", "### Bugs", "'### Bugs' is none of Added"),
    ],
)
def test_what_is_out_of_form_is_told(old: str, new: str, said: str) -> None:
    assert said in " ".join(complaints(PAGE.replace(old, new)))


def test_the_notes_of_a_version_end_where_the_next_one_begins() -> None:
    assert notes(PAGE, "1.1.0") == "### Fixed\n\n- Rounding."
    assert notes(PAGE, "Unreleased") == "### Added\n\n- Alerts."
    assert notes(PAGE, "1.0.0") == ""


def test_a_version_without_notes_is_told() -> None:
    with pytest.raises(LookupError, match=r"says nothing of 9\.9\.9"):
        notes(PAGE, "9.9.9")


def test_a_release_takes_what_was_unreleased() -> None:
    page = released(PAGE, "1.2.0", "2030-03-01")

    assert list(complaints(page)) == []
    assert notes(page, "1.2.0") == "### Added\n\n- Alerts."
    assert notes(page, "Unreleased") == ""


def test_a_page_without_unreleased_cannot_be_released() -> None:
    with pytest.raises(LookupError, match="has no '## Unreleased'"):
        released("# Changelog\n", "1.2.0", "2030-03-01")
