"""`python -m gates.duplication`: how much of the Python code stands somewhere else as well.

Two pieces are the same when 60 tokens in a row are, over at least 6 lines; comments, docstrings,
blank lines and imports do not count. The share is of lines that hold code.
"""

import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from gates.tools import kept
from local.environment import ROOT

MOST = 5.0
TOKENS = 60
LINES = 6
_SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_BREAKS = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}

Token = tuple[str, int]


def tokens(source: str) -> list[Token]:
    """Return what a piece of code says: each token's text and line."""
    found: list[Token] = []
    statement: list[Token] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in _SILENT:
            continue
        if token.type in _BREAKS:
            found += statement if _says_something(statement) else []
            statement = []
            continue
        statement.append((token.string, token.start[0]))
    return found


def _says_something(statement: list[Token]) -> bool:
    if not statement or statement[0][0] in {"import", "from"}:
        return False
    return not (len(statement) == 1 and statement[0][0][-1:] in {'"', "'"})


def repeated(sources: Mapping[str, str]) -> tuple[float, dict[str, set[int]]]:
    """Find code that stands more than once.

    Args:
        sources: Python source by file name.

    Returns:
        The share of lines in percent, and the repeated lines by file.
    """
    said = {name: tokens(source) for name, source in sources.items()}
    seen: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for name, words in said.items():
        texts = [text for text, _ in words]
        for start in range(len(words) - TOKENS + 1):
            seen[hash(tuple(texts[start : start + TOKENS]))].append((name, start))
    lines: dict[str, set[int]] = defaultdict(set)
    for places in seen.values():
        if len(places) > 1:
            for name, start in places:
                lines[name] |= {line for _, line in said[name][start : start + TOKENS]}
    repeats = {name: found for name, found in lines.items() if len(found) >= LINES}
    total = sum(len({line for _, line in words}) for words in said.values())
    return 100 * sum(map(len, repeats.values())) / max(1, total), repeats


def main() -> int:
    """Print the share; return 0 when it is below the limit."""
    paths = [*kept("services/*.py", "scripts/*.py", "infrastructure/*.py")]
    sources = {str(path): Path(ROOT / path).read_text(encoding="utf-8") for path in paths}
    share, repeats = repeated(sources)
    print(f"{share:.2f} % of {len(paths)} files stands more than once; less than {MOST} % may.")
    if share < MOST:
        return 0
    for name, lines in sorted(repeats.items(), key=lambda entry: -len(entry[1])):
        print(f"{name}: {len(lines)} lines from line {min(lines)} on")
    return 1


if __name__ == "__main__":
    sys.exit(main())
