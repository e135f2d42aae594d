"""Make an environment fit what is asked, doing nothing when it already fits.

    python3 scripts/local/environment.py run|dev|tools|checkov|safety|safety-current|deploy

`.venv` holds our programs; the tools of the gates live apart, because what they need would fight
with what our programs need.

Runs before anything is installed: standard library only, and old Pythons must get far enough to
be told that they are too old. A lock file installs once, until its content changes; the second
start of anything touches no network.
"""

import hashlib
import json
import os
import shutil
import subprocess  # nosec B404: fixed commands, no shell
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = "installed.json"
OLDEST = (3, 11)
# "dev" holds everything of "run" at the same versions; `make check` holds the lock files to it.
SATISFIED_BY = {"run": ("run", "dev"), "dev": ("dev",)}
# Each stands in `.venv-<name>` and holds what its lock file names, and nothing of ours.
APART = ("tools", "checkov", "safety", "safety-current")
# What the deploy tool needs and nothing else, where only that may be.
ALONE = ("deploy",)


class CannotInstall(Exception):
    """The sentence says what is missing and which line installs it."""


def main() -> int:
    """Make the environment named on the command line, or say what is missing."""
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    known = (*SATISFIED_BY, *APART, *ALONE)
    if wanted not in known:
        print("usage: environment.py {}".format("|".join(known)), file=sys.stderr)
        return 2
    try:
        prove_interpreter(sys.version_info[:2], os.environ.get("EXPECT_PYTHON", ""))
        make(wanted)
    except CannotInstall as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print("That failed: {}".format(" ".join(map(str, error.cmd))), file=sys.stderr)
        return 1
    return 0


def prove_interpreter(version: "tuple[int, ...]", expected: str) -> None:
    """Refuse a Python that is too old, or another than the pipeline's leg is about."""
    found = "{}.{}".format(*version)
    if version < OLDEST:
        raise CannotInstall(
            "This is Python {}; the project needs {}.{} or later. Name one: "
            "make run PYTHON=python3.13".format(found, *OLDEST)
        )
    if expected and expected != found:
        raise CannotInstall("This is Python {}; EXPECT_PYTHON asks for {}.".format(found, expected))


def make(wanted: str) -> None:
    """Create the environment if need be, then install what changed since."""
    venv = folder_of(wanted)
    installed = read_stamp(venv) if python_of(venv).exists() else {}
    if installed.get("made_for") != identity(venv) and not (not installed and usable(venv)):
        create(venv)
        installed = {}
    enough = SATISFIED_BY.get(wanted, (wanted,))
    locks = {name: digest(ROOT / "requirements" / (name + ".txt")) for name in enough}
    if not any(installed.get(name) == locks[name] for name in enough):
        install_locked(venv, wanted)
        installed[wanted] = locks[wanted]
    if wanted in SATISFIED_BY:
        project = digest(ROOT / "pyproject.toml")
        if installed.get("project") != project:
            # Puts our own folders on the path; needs no package that the lock file did not bring.
            pip(venv, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
            installed["project"] = project
    installed["made_for"] = identity(venv)
    text = json.dumps(installed, indent=1, sort_keys=True) + "\n"
    (venv / STAMP).write_text(text, encoding="utf-8")


def folder_of(wanted: str) -> Path:
    """Return where an environment stands."""
    return ROOT / (".venv-" + wanted) if wanted in APART + ALONE else VENV


def python_of(venv: Path) -> Path:
    """Return an environment's Python."""
    return venv / "bin" / "python"


def create(venv: Path) -> None:
    """Make an empty virtual environment.

    Raises:
        CannotInstall: If this Python comes without `venv` or `ensurepip`, as Debian's does.
    """
    try:
        import ensurepip
        import venv as _venv

        del ensurepip, _venv
    except ImportError:
        raise CannotInstall(venv_advice()) from None
    print("Making {} with Python {}.{} ...".format(venv.name, *sys.version_info[:2]), flush=True)
    if venv.exists():
        shutil.rmtree(str(venv))
    quietly(sys.executable, "-m", "venv", str(venv))


def usable(venv: Path) -> bool:
    """Tell whether somebody made a whole environment there by hand, for this Python."""
    probe = "import pip, sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        answer = subprocess.run(  # nosec B603: our own environment's Python
            [str(python_of(venv)), "-c", probe],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.stdout.decode().strip() == "{}.{}".format(*sys.version_info[:2])


def venv_advice() -> str:
    """Say the one line that installs the missing module on this machine."""
    name = "python{}.{}-venv".format(*sys.version_info[:2])
    if shutil.which("apt-get"):
        package = "python3-venv" if sys.executable == "/usr/bin/python3" else name
        line = "sudo apt-get install -y " + package
    elif shutil.which("dnf"):
        line = "sudo dnf install -y python3"
    elif shutil.which("brew"):
        line = "brew install python"
    else:
        line = "install Python from python.org, which brings it"
    return "This Python has no venv module. This brings it:\n\n    {}\n".format(line)


def install_locked(venv: Path, name: str) -> None:
    """Install exactly what the lock file says: wheels only, every hash checked."""
    lock = ROOT / "requirements" / (name + ".txt")
    lines = lock.read_text(encoding="utf-8").splitlines()
    count = sum("==" in line and not line.startswith(("#", " ")) for line in lines)
    print("Installing {} packages of requirements/{}.txt ...".format(count, name), flush=True)
    began = time.monotonic()
    # Tools use little of what they bring: that is compiled at its first use.
    lazily = ("--no-compile",) if name in APART + ALONE else ()
    pip(venv, *lazily, "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock))
    print("Installed in {:.0f} s.".format(time.monotonic() - began), flush=True)


def pip(venv: Path, *arguments: str) -> None:
    """Run the environment's own pip install; it prints errors only."""
    quietly(str(python_of(venv)), "-m", "pip", "install", "-qq", *arguments)


def quietly(*command: str) -> None:
    """Run a command that prints only when something is wrong."""
    settings = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_ROOT_USER_ACTION="ignore")
    subprocess.run(command, check=True, env=settings)  # nosec B603: our own fixed commands


def identity(venv: Path) -> str:
    """Where the environment stands and for which Python: a moved or upgraded one is made anew."""
    return "{} {}.{}".format(venv.parent, *sys.version_info[:2])


def read_stamp(venv: Path) -> "dict[str, str]":
    """Return what was installed; nothing if the environment was never finished."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest(path: Path) -> str:
    """Return the content's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
