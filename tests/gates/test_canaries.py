"""Every gate finds the defect that is planted for it, and none finds another's.

All defects stand in one copy of the repository, each in a file of its own, and the gates run once.
"""

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from itertools import filterfalse
from pathlib import Path

import pytest
from black.cache import get_cache_dir

from gates.tools import kept
from local.environment import APART, ROOT, VENV, folder_of
from local.gates import GATES
from tests.gates.canaries import CANARIES, INSTALLED, Canary, plant
from tests.support.advisories import advisory, serving

pytestmark = pytest.mark.timeout(300)

BLACK = "black"
ADVISED, DISTRUSTED = "httptools", "starlette"
APART_ADVISED = "dpath"  # stands in the lock of checkov alone
ROOTS = ("services/common", "services/market-data", "services/telegram-bot", "services/playground")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as git would take it now, with the environments of the real one.

    Without its tests: no defect stands in them, and to check them twice takes half of the time.
    """
    root = tmp_path_factory.mktemp("canaries") / "repository"
    for path in filterfalse(_is_test, kept()):
        (root / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, root / path)
    for name in APART:
        (root / folder_of(name).name).symlink_to(folder_of(name))
    _stand_on_the_real_environment(root)
    if (ROOT / ".mypy_cache").is_dir():  # what mypy knows already it need not find out again
        shutil.copytree(ROOT / ".mypy_cache", root / ".mypy_cache")
    _copy_what_black_knows(root)
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    for canary in CANARIES:
        plant(canary, root)
    return root


def _copy_what_black_knows(root: Path) -> None:
    """Give black its cache for the copy: the same files with the same times, elsewhere."""
    for cache in get_cache_dir().glob("cache.*.pickle"):
        known = pickle.loads(cache.read_bytes())
        place = root.parent / BLACK / version("black") / cache.name
        place.parent.mkdir(parents=True, exist_ok=True)
        there = {path.replace(str(ROOT), str(root)): seen for path, seen in known.items()}
        place.write_bytes(pickle.dumps(there))


def _is_test(path: Path) -> bool:
    return path.parts[0] == "tests" and path.name.startswith("test_")


def _stand_on_the_real_environment(root: Path) -> None:
    """Give the copy an environment of its own, which sees every package of the real one."""
    (root / INSTALLED).mkdir(parents=True)
    (root / INSTALLED / "real.pth").write_text(f"{ROOT / INSTALLED}\n")
    shutil.copy(VENV / "pyvenv.cfg", root / ".venv")
    (root / ".venv" / "bin").symlink_to(VENV / "bin")


@pytest.fixture(scope="module")
def said(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each gate that failed said, by its name."""
    database = tmp_path_factory.mktemp("database")
    (database / "insecure.json").write_text(json.dumps({DISTRUSTED: [">0"]}))
    entry = {"advisory": "planted", "cve": None, "id": "canary", "specs": [">0"], "v": ">0"}
    (database / "insecure_full.json").write_text(json.dumps({DISTRUSTED: [entry]}))
    planted = {ADVISED: "PYSEC-2030-1", APART_ADVISED: "PYSEC-2030-2"}
    with serving({name: advisory(name, it) for name, it in planted.items()}) as service:
        done = subprocess.run(
            [sys.executable, "-m", "local", "check"],
            cwd=copy,
            env={
                **{name: it for name, it in os.environ.items() if not name.startswith("COV")},
                "PYTHONPATH": os.pathsep.join(str(copy / it) for it in ("scripts", *ROOTS)),
                "AUDIT_SOURCE": service,
                "BLACK_CACHE_DIR": str(copy.parent / BLACK),
                "SAFETY_DB": str(database),
            },
            capture_output=True,
            text=True,
        )
    (copy.parent / "said.txt").write_text(done.stdout + done.stderr)
    assert done.returncode == 1, done.stderr
    sections = re.split(r"^--- (\S+) ---$", done.stdout, flags=re.MULTILINE)[1:]
    last = sections[-1].rindex("  mypy ") if "  mypy " in sections[-1] else len(sections[-1])
    sections[-1] = sections[-1][:last]
    yield dict(zip(sections[::2], sections[1::2], strict=True))


def test_every_gate_has_a_canary() -> None:
    assert {canary.gate for canary in CANARIES} | {"advisories", "safety"} == set(GATES)


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.file)
def test_a_gate_finds_its_own_canary(canary: Canary, said: dict[str, str]) -> None:
    assert canary.sign in said[canary.gate]


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.file)
def test_no_other_gate_finds_it(canary: Canary, said: dict[str, str]) -> None:
    others = [gate for gate, words in said.items() if gate != canary.gate and canary.sign in words]

    assert others == []


def test_a_known_vulnerability_of_a_locked_package_is_found(said: dict[str, str]) -> None:
    assert re.search(rf"^{ADVISED} +\S+ +PYSEC-2030-1", said["advisories"], re.MULTILINE)
    assert re.search(rf"^{APART_ADVISED} +\S+ +PYSEC-2030-2", said["advisories"], re.MULTILINE)
    assert DISTRUSTED not in said["advisories"]


def test_the_second_opinion_finds_its_own(said: dict[str, str]) -> None:
    assert DISTRUSTED in said["safety"]
    assert ADVISED not in said["safety"]
