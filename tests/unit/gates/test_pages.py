"""Links between pages."""

from pathlib import Path

from gates.pages import broken


def test_links_to_files_and_headings_that_are_there_pass(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# What `make` does\n")
    page = tmp_path / "a.md"
    page.write_text("# A\n[b](b.md) [w](b.md#what-make-does) [a](#a) [x](https://example.org/y)\n")

    assert list(broken(page)) == []


def test_links_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("[b](b.md) [c](#c)\n\n```\n[in code](d.md)\n```\n")

    assert list(broken(page)) == ["b.md: no such file", "#c: no such heading"]
