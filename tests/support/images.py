"""Our images: built once for whoever asks, and what stands in the layers above their base."""

import fcntl
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from local.environment import ROOT
from tests.support.containers import docker, inspect

BASE = "python:3.13-slim"
MARKET_DATA, TELEGRAM_BOT, PLAYGROUND = (
    f"crypto-assistant/{program}" for program in ("market-data", "telegram-bot", "playground")
)
PACKAGES = {MARKET_DATA: "market_data", TELEGRAM_BOT: "telegram_bot", PLAYGROUND: "playground"}
VERSION = "1.2.3"
REVISION = "0123456789abcdef0123456789abcdef01234567"
TREE = "89abcdef0123456789abcdef0123456789abcdef"


def build() -> None:
    """Build all, the way a person and the pipeline do, once in a run of the tests."""
    named = {"BASE": BASE, "VERSION": VERSION, "REVISION": REVISION, "TREE": TREE}
    command = ["make", "images", *(f"{name}={value}" for name, value in named.items())]
    lock = ROOT / ".run" / "images.lock"
    lock.parent.mkdir(exist_ok=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with lock.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        if held.read() == run:
            return
        built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert built.returncode == 0, built.stdout + built.stderr
        held.truncate(0)
        held.write(run)


def unpack(image: str, folder: Path) -> list[str]:
    """Write what each layer above the base holds into a folder of its own; return all names.

    A file that a later layer takes away is here as well: whoever pulls an image can read it.
    """
    above = len(inspect(image)["RootFS"]["Layers"]) - len(inspect(BASE)["RootFS"]["Layers"])
    names = []
    for number, layer in enumerate(list(_layers(image, folder))[-above:]):
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            names += [member.name for member in archive if not member.isdir()]
            archive.extractall(folder / str(number), filter="data")
    (folder / "history.json").write_text(docker("history", "--no-trunc", image).stdout)
    (folder / "config.json").write_text(json.dumps(inspect(image)["Config"], indent=1))
    return names


def _layers(image: str, folder: Path) -> Iterator[bytes]:
    """The layers from the base upwards, each as a tar file."""
    saved = folder / "image.tar"
    docker("save", "--output", str(saved), image)
    try:
        with tarfile.open(saved) as archive:
            for name in json.loads(_read(archive, "manifest.json"))[0]["Layers"]:
                yield _read(archive, name)
    finally:
        saved.unlink()


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.getmember(name)
    while member.issym():  # a layer that is there twice
        member = archive.getmember(str(Path(name).parent / member.linkname))
    file = archive.extractfile(member)
    assert file is not None
    return file.read()
