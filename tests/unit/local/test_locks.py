"""The lock files, and what `make check` says of bad ones."""

import pytest

from local.locks import EXTRAS, FOLDER, complaints, first_line, pins

LINE = "# Made from here\n"
GOOD = LINE + "httpx==0.28.1 \\\n    --hash=sha256:aa\nyarl==1.25.1 \\\n    --hash=sha256:bb\n"


def said(**changed: str) -> list[str]:
    return list(complaints({**dict.fromkeys(EXTRAS, GOOD), **changed}, LINE))


def test_good_files_pass() -> None:
    assert said() == []


def test_the_projects_own_files_pass() -> None:
    texts = {extra: (FOLDER / f"{extra}.txt").read_text() for extra in EXTRAS}

    assert list(complaints(texts, first_line())) == []


def test_a_file_made_from_another_pyproject_is_told() -> None:
    assert said(run="# Made from there\n" + GOOD)[0].startswith(
        "requirements/run.txt was made from another pyproject.toml"
    )


@pytest.mark.parametrize(
    "line", ["--index-url https://example.org/simple", "a @ https://example.org/a.whl"]
)
def test_an_address_is_told(line: str) -> None:
    assert said(run=GOOD + line)[0].startswith("requirements/run.txt holds an address")


def test_a_package_without_a_hash_is_told() -> None:
    assert said(dev=GOOD + "starlette==1.10.0\n")[0].startswith(
        "requirements/dev.txt has no hash for starlette"
    )


def test_a_version_that_dev_does_not_have_is_told() -> None:
    assert said(run=GOOD.replace("0.28.1", "0.28.2")) == [
        "requirements/run.txt has other versions than dev.txt of httpx."
    ]


def test_every_extra_changes_the_first_line() -> None:
    text = '[project]\nrequires-python = ">=3.11"\n[project.optional-dependencies]\nrun = ["a"]\n'

    assert first_line(text) != first_line(text.replace('"a"', '"a", "b"'))


def test_markers_and_comments_are_not_part_of_a_version() -> None:
    assert pins("# a==1\nuvloop==0.23.0 ; sys_platform != 'win32' \\\n    # via b==2\n") == {
        "uvloop": "0.23.0"
    }
