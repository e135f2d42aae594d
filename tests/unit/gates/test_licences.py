"""Which licences need a thought, and the page of those that we ship."""

from gates.licences import Package, complaints, page

POLICY = {"allowed": ["MIT", "BSD-3-Clause"], "stated": {}, "exceptions": {"a-bot": "as it is"}}


def test_an_allowed_licence_and_an_exception_pass() -> None:
    packages = [Package("x", "1", "MIT OR GPL-3.0"), Package("A_Bot", "2", "LGPL-3.0")]

    assert list(complaints(packages, POLICY)) == []


def test_any_other_licence_is_told() -> None:
    packages = [Package("x", "1", "MIT AND GPL-3.0"), Package("y", "2", "UNKNOWN")]

    assert list(complaints(packages, POLICY)) == [
        "x 1: 'MIT AND GPL-3.0' is not allowed",
        "y 2: 'UNKNOWN' is not allowed",
    ]


def test_the_page_holds_what_is_shipped_and_why_the_exceptions() -> None:
    written = page([Package("msgspec", "9", "BSD-3-Clause"), Package("pytest", "9", "MIT")], POLICY)

    assert "| msgspec | 9 | BSD-3-Clause |" in written
    assert "pytest" not in written
    assert "- a-bot: as it is" in written
