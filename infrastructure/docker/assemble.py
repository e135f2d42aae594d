"""The last step of an image's build: what is copied from here is all that runs.

    python assemble.py FOLDER        with FOLDER/lib holding the installed packages

Removes what no program reads while it runs, notes the version where `importlib.metadata` looks for
it, and compiles everything.
"""

import compileall
import os
import py_compile
import shutil
import sys
from pathlib import Path

# Sources of compiled modules, type stubs, commands, tests: of use to a developer only.
SUFFIXES = {".c", ".cc", ".cpp", ".h", ".hpp", ".pxd", ".pyi", ".pyx"}
FOLDERS = {"__pycache__", "tests", "bin"}


def assemble(folder: Path, version: str) -> None:
    """Make `folder` ready to be copied into an image."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in FOLDERS:
            shutil.rmtree(path)
        elif path.is_file() and path.suffix in SUFFIXES:
            path.unlink()
    known = folder / "lib" / f"crypto_assistant-{version}.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: crypto-assistant\nVersion: {version}\n", encoding="utf-8"
    )
    # Never checked against its source: a start reads it as it is, for a quarter of the CPU.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=1, workers=0, invalidation_mode=mode):
        raise SystemExit("some files do not compile")


if __name__ == "__main__":
    assemble(Path(sys.argv[1]), os.environ.get("VERSION") or "0.0.0")
