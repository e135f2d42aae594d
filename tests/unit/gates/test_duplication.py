"""What counts as standing twice."""

from gates.duplication import LINES, TOKENS, repeated, tokens

BLOCK = "\n".join(f"value_{n} = {n}" for n in range(TOKENS))
OTHER = "\n".join(f"figure_{n} = -{n}" for n in range(TOKENS))


def test_code_that_stands_once_is_not_repeated() -> None:
    assert repeated({"a.py": BLOCK, "b.py": OTHER}) == (0.0, {})


def test_code_that_stands_in_two_files_is_repeated_in_both() -> None:
    share, lines = repeated({"a.py": BLOCK, "b.py": f"{OTHER}\n{BLOCK}"})

    assert lines["a.py"] == set(range(1, TOKENS + 1))
    assert lines["b.py"] == set(range(TOKENS + 1, 2 * TOKENS + 1))
    assert round(share, 1) == 66.7


def test_a_few_equal_lines_are_no_repetition() -> None:
    few = "\n".join(BLOCK.splitlines()[: LINES - 1])

    assert repeated({"a.py": few, "b.py": few}) == (0.0, {})


def test_comments_imports_and_docstrings_say_nothing() -> None:
    source = '"""About."""\n\nimport os\nfrom sys import (\n    argv,\n)\n\n# Why.\nx = 1  # so\n'

    assert tokens(source) == [("x", 9), ("=", 9), ("1", 9)]


def test_nothing_is_not_repeated() -> None:
    assert repeated({}) == (0.0, {})
