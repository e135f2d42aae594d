"""`python -m gates.pages`: the documentation builds, and every link in it leads somewhere."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from gates.tools import call, kept, tool
from local.environment import ROOT

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    """Return the anchor that a heading gets.

    >>> slug("What `make run` starts, and why")
    'what-make-run-starts-and-why'
    """
    text = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text).strip())


def broken(page: Path) -> Iterator[str]:
    """Name the links of a page that lead nowhere: to no file, or to no heading of one."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target, anchor in _LINK.findall(text):
        other = (page.parent / target) if target else page
        if not other.exists():
            yield f"{target}: no such file"
        elif anchor and other.suffix == ".md":
            headings = _HEADING.findall(_CODE.sub("", other.read_text(encoding="utf-8")))
            if anchor not in map(slug, headings):
                yield f"{target}#{anchor}: no such heading"


def main() -> int:
    """Return 0 when the pages build and every link leads somewhere."""
    wrong = [f"{page}: {said}" for page in kept("*.md") for said in broken(ROOT / page)]
    print("\n".join(wrong) or "Every link between pages leads somewhere")
    site = str(ROOT / ".run" / "site")
    built = call([tool("mkdocs"), "build", "--strict", "--quiet", "--clean", "--site-dir", site])
    return built or (1 if wrong else 0)


if __name__ == "__main__":
    sys.exit(main())
