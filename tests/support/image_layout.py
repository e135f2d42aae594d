"""What an image holds, in a folder of this machine: locked packages alone, all compiled.

Development tools lie beside the program otherwise, and some packages load what they find.
"""

import importlib.util
import re
import shutil
from contextlib import nullcontext, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_OURS = {
    "market-data": ("common/common", "market-data/market_data"),
    "telegram-bot": ("common/common", "telegram-bot/telegram_bot"),
}


def lay_out(program: str, folder: Path) -> str:
    """Fill `folder` as the Dockerfile does, from the packages installed here.

    Returns:
        The PYTHONPATH with which `python -S -m ...` finds nothing else.
    """
    library = folder / "lib"
    locked = (ROOT / "requirements" / f"{program}.txt").read_text(encoding="utf-8")
    for name, only_where in re.findall(r"^([A-Za-z0-9._-]+)==\S+( ;)?", locked, re.MULTILINE):
        with suppress(PackageNotFoundError) if only_where else nullcontext():
            _copy(name, library)
    for package in _OURS[program]:
        shutil.copytree(ROOT / "services" / package, folder / Path(package).name)
    where = ROOT / "infrastructure" / "docker" / "assemble.py"
    spec = importlib.util.spec_from_file_location("assemble", where)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(where)
    last_steps = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(last_steps)
    last_steps.library(folder)
    last_steps.program(folder, "0.0.0")
    return f"{folder}:{library}"


def _copy(name: str, library: Path) -> None:
    for file in distribution(name).files or ():
        if ".." not in file.parts:
            to = library / file
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), to)
