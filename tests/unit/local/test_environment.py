"""Making `.venv`, in a copy of the repository that holds only what this needs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import environment

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None; sys.argv = sys.argv[1:]"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    script = tmp_path / "scripts" / "local" / "environment.py"
    script.parent.mkdir(parents=True)
    shutil.copy(environment.__file__, script)
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def made(copy: Path, *before: str, **variables: str) -> subprocess.CompletedProcess[str]:
    script = str(copy / "scripts" / "local" / "environment.py")
    command = [sys.executable, *before, script, "run"]
    return subprocess.run(command, capture_output=True, text=True, env=variables)


def stamp(copy: Path, **installed: str) -> None:
    python = copy / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    known = {
        "made_for": "{} {}.{}".format(copy, *sys.version_info[:2]),
        "project": environment.digest(copy / "pyproject.toml"),
    }
    (copy / ".venv" / "installed.json").write_text(json.dumps({**known, **installed}))


def test_a_missing_venv_module_is_answered_with_the_line_that_brings_it(copy: Path) -> None:
    run_it = WITHOUT_VENV + "; import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"

    answer = made(copy, "-c", run_it)

    assert answer.returncode == 1
    assert "This Python has no venv module. This brings it:\n\n    " in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("name", ["run", "dev"])
def test_an_environment_that_fits_is_left_alone(copy: Path, name: str) -> None:
    lock = environment.digest(copy / "requirements" / f"{name}.txt")
    stamp(copy, **{name: lock})

    answer = made(copy)

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_changed_lock_file_installs_again(copy: Path) -> None:
    stamp(copy, run="another", dev="another")

    answer = made(copy)

    assert "Installing 0 packages of requirements/run.txt ..." in answer.stdout


def test_a_leg_of_the_pipeline_proves_its_interpreter(copy: Path) -> None:
    answer = made(copy, EXPECT_PYTHON="3.99")

    assert answer.returncode == 1
    assert "EXPECT_PYTHON asks for 3.99" in answer.stderr


def test_an_old_python_is_told_so() -> None:
    with pytest.raises(environment.CannotInstall, match=r"Python 3\.9; .* needs 3\.11 or later"):
        environment.prove_interpreter((3, 9), "")
