"""`python -m local migrations`: no step of the bot's database surprises a running older program.

A deployment has old and new programs on one database. So a step in `expand/` may only add what an
older program does not notice; whatever takes away stands in `contract/` and names the oldest
program that can bear it.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from local.environment import ROOT

FOLDER = ROOT / "services" / "telegram-bot" / "telegram_bot" / "migrations"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.py")
_ADDS = {"create_table", "create_index", "add_column", "bulk_insert"}


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong with the steps; used by `make check`."""
    steps = sorted(
        [*(FOLDER / "expand").glob("*.py"), *(FOLDER / "contract").glob("*.py")],
        key=lambda step: step.name,
    )
    texts = {f"{step.parent.name}/{step.name}": step.read_text("utf-8") for step in steps}
    newest = _constants(ast.parse((FOLDER / "__init__.py").read_text("utf-8")))["NEWEST"]
    wrong = list(complaints(texts, newest))
    print("\n".join(wrong) if wrong else f"{len(steps)} steps, each as its folder says")
    return 1 if wrong else 0


def complaints(texts: dict[str, str], newest: object) -> Iterator[str]:
    """Say what is wrong, one sentence each.

    Args:
        texts: Source by `folder/name`, in the order of the names.
        newest: What the program says its last step is.
    """
    before = 0
    for path, text in texts.items():
        folder, _, name = path.partition("/")
        tree = ast.parse(text)
        match = _NAME.fullmatch(name)
        if not match or int(match[1]) != before + 1:
            yield f"{path}: a step is named by the next number, {before + 1:04}_what.py."
            return
        before += 1
        said = _constants(tree)
        follows = f"{before - 1:04}" if before > 1 else None
        if (said.get("revision"), said.get("down_revision")) != (match[1], follows):
            yield f"{path}: it must say revision {match[1]!r} and down_revision {follows!r}."
        if folder == "contract" and not isinstance(said.get("OLDEST_PROGRAM"), int):
            yield f"{path}: it must say OLDEST_PROGRAM, a number up to {before}."
        if folder == "expand":
            yield from (f"{path}: {sentence}" for sentence in _noticed(tree))
    if newest != before:
        yield f"migrations/__init__.py: NEWEST is {newest}, the last step is {before}."


def _noticed(tree: ast.Module) -> Iterator[str]:
    """Yield what an older program would notice."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
            continue
        if call.func.value.id != "op":
            continue
        what = call.func.attr
        if what not in _ADDS:
            yield f"op.{what} may only stand in contract/."
        elif what == "create_index" and _said(call, "unique") not in (None, False):
            yield "a unique index can refuse what an older program writes."
        elif what == "add_column" and _refuses_old_rows(call):
            yield "a column that must not be empty needs a server_default."


def _refuses_old_rows(call: ast.Call) -> bool:
    columns = [node for node in ast.walk(call) if isinstance(node, ast.Call) and node is not call]
    words = {word.arg: word.value for node in columns for word in node.keywords}
    nullable = words.get("nullable")
    must = isinstance(nullable, ast.Constant) and nullable.value is False
    return must and "server_default" not in words


def _said(call: ast.Call, name: str) -> object:
    found = [word.value for word in call.keywords if word.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def _constants(tree: ast.Module) -> dict[str, object]:
    """Return the module's assignments of plain values."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
