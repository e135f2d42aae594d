"""The last steps of an image's build: what is copied from here is all that runs.

    python assemble.py library FOLDER        the packages in FOLDER/lib, once they are installed
    python assemble.py program FOLDER        our own beside them

Removes what no program reads while it runs, notes the version where `importlib.metadata` looks for
it, and compiles everything. Installed packages keep their bytecode alone, without docstrings, which
would stay in memory; our own sources stay, so that a traceback shows our lines. Two steps, because
packages change seldom: a build after a change of ours has the first one already.
"""

import ast
import compileall
import importlib.util
import marshal
import os
import py_compile
import re
import shutil
import struct
import sys
from pathlib import Path

# Sources of compiled modules, type stubs, commands, tests: of use to a developer only.
SUFFIXES = {".c", ".cc", ".cpp", ".h", ".hpp", ".pxd", ".pyi", ".pyx"}
FOLDERS = {"__pycache__", "tests", "testing", "bin"}
TESTS = re.compile(r"(test_|conftest|pytest_plugin).*\.py")
# Formats of pictures that no program reads or writes, each a library of its own.
UNUSED = (
    "lib/PIL/_avif*.so",
    "lib/PIL/_webp*.so",
    "lib/pillow.libs/libavif*",
    "lib/pillow.libs/libwebp*",
)
_INSTALLED = re.compile(r"/lib/")
_DESCRIBED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def library(folder: Path) -> None:
    """Make the installed packages ready to be copied into an image."""
    for path in [found for pattern in UNUSED for found in folder.glob(pattern)]:
        path.unlink()
    _thin(folder / "lib")
    for source in (folder / "lib").rglob("*.py"):
        source.with_suffix(".pyc").write_bytes(compiled(source))
        source.unlink()


def program(folder: Path, version: str) -> None:
    """Make our own packages ready, and note their version beside the installed ones."""
    for package in folder.iterdir():
        if package.name != "lib":
            _thin(package)
    known = folder / "lib" / f"crypto_assistant-{version}.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: crypto-assistant\nVersion: {version}\n", encoding="utf-8"
    )
    # Never checked against its source: a start reads it as it is, for a quarter of the CPU.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(
        folder, quiet=1, workers=0, rx=_INSTALLED, invalidation_mode=mode
    ):
        raise SystemExit("some files do not compile")


def _thin(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in FOLDERS:
            shutil.rmtree(path)
        elif path.is_file() and (path.suffix in SUFFIXES or TESTS.fullmatch(path.name)):
            path.unlink()
        elif path.is_file() and ".so" in path.suffixes:
            slim(path)


def compiled(path: Path) -> bytes:
    """Return the bytecode file of a source, without docstrings and never checked against it."""
    source = path.read_bytes()
    tree = ast.parse(source, str(path))
    for node in ast.walk(tree):
        if isinstance(node, _DESCRIBED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass(lineno=node.body[0].lineno, col_offset=0)]
    flags = (1).to_bytes(4, "little")  # named by a hash of the source, unchecked
    code = compile(tree, str(path), "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def slim(path: Path) -> None:
    """Cut off what follows the segments that the loader maps: symbols and debugging sections.

    Leaves alone whatever is not a 64-bit little-endian ELF file.
    """
    image = bytearray(path.read_bytes())
    if image[:6] != b"\x7fELF\x02\x01":
        return
    table, entry, count = *struct.unpack_from("<Q", image, 32), *struct.unpack_from(
        "<HH", image, 54
    )
    ends = [table + entry * count]
    for index in range(count):
        offset, _, _, size = struct.unpack_from("<4Q", image, table + entry * index + 8)
        ends.append(offset + size)
    struct.pack_into("<Q", image, 40, 0)  # no table of sections,
    struct.pack_into("<HHH", image, 58, 0, 0, 0)  # which only linkers and debuggers read
    path.write_bytes(image[: max(ends)])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["library", there]:
            library(Path(there))
        case ["program", there]:
            program(Path(there), os.environ.get("VERSION") or "0.0.0")
        case _:
            raise SystemExit(__doc__)
