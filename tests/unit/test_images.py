"""Facts that hold for every image and for docker-compose.yml."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted((ROOT / "infrastructure" / "docker").glob("*.Dockerfile"))
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]
OURS = [name for name, service in SERVICES.items() if "build" in service]
ON_TOP = ("docker-compose.test.yml", "docker-compose.perf.yml")

_SPEC = importlib.util.spec_from_file_location(
    "assemble", ROOT / "infrastructure" / "docker" / "assemble.py"
)
assert _SPEC is not None and _SPEC.loader is not None
assemble = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(assemble)
_LOADS = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("msgspec._core", sys.argv[1])
print(importlib.util.module_from_spec(spec))
"""

every_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
every_service = pytest.mark.parametrize("name", SERVICES)
every_program = pytest.mark.parametrize("name", OURS)


def instructions(path: Path) -> list[str]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


@every_dockerfile
def test_starts_and_is_checked_without_a_shell(path: Path) -> None:
    text = "\n".join(instructions(path))

    assert re.search(r"^HEALTHCHECK .*CMD \[", text, re.MULTILINE)
    assert re.search(r"^ENTRYPOINT \[", text, re.MULTILINE)
    assert "\nUSER 10001:10001\n" in text


@every_dockerfile
def test_both_stages_stand_on_the_base_that_the_builder_names(path: Path) -> None:
    stages = [line for line in instructions(path) if line.startswith("FROM")]

    assert stages == ["FROM ${BASE} AS build", "FROM ${BASE}"]


@every_dockerfile
def test_takes_in_what_is_locked_and_one_program(path: Path) -> None:
    program = path.stem
    taken = [line.split()[1] for line in instructions(path) if line.startswith("COPY")]

    assert taken == [
        f"requirements/{program}.txt",
        "infrastructure/docker/assemble.py",
        "services/common/common",
        f"services/{program}/{program.replace('-', '_')}",
        # /whatsnew reads the changelog; a bot without a lasting disk starts inside `backup keep`.
        *(["CHANGELOG.md", "scripts/backup"] if program == "telegram-bot" else []),
        "--from=build",
    ]


@every_dockerfile
def test_no_image_names_a_package_index_or_holds_a_secret(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"https?://(?!127\.0\.0\.1)|index-url|TOKEN|SECRET|PASSWORD", text)


@every_dockerfile
def test_a_lost_question_to_a_name_server_is_asked_again_soon(path: Path) -> None:
    assert 'RES_OPTIONS="timeout:1 attempts:2"' in path.read_text()


@every_service
def test_compose_starts_every_program_locked_down(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "restart", "healthcheck"} <= service.keys()
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@every_program
def test_compose_checks_health_as_the_image_does(name: str) -> None:
    dockerfile = ROOT / "infrastructure" / "docker" / f"{name}.Dockerfile"
    command = re.search(r"HEALTHCHECK .*CMD (\[.*\])", "\n".join(instructions(dockerfile)))
    assert command

    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", *yaml.safe_load(command[1])]


def test_compose_starts_every_image() -> None:
    assert set(OURS) == {path.stem for path in DOCKERFILES}


def test_what_is_not_ours_comes_by_a_fixed_version_and_only_when_it_is_asked_for() -> None:
    others = {name: SERVICES[name] for name in SERVICES.keys() - set(OURS)}

    assert {name: service["profiles"] for name, service in others.items()} == {
        "postgres": ["postgres"],
        "prometheus": ["monitoring"],
    }
    for service in others.values():
        assert re.fullmatch(r"docker\.io/[a-z]+/[a-z]+:v?[0-9][0-9a-z.-]*", service["image"])


@pytest.mark.parametrize("name", ON_TOP)
def test_what_stands_on_top_of_compose_adds_one_service_that_is_locked_down_too(name: str) -> None:
    services = yaml.safe_load((ROOT / name).read_text())["services"]
    (added,) = services.keys() - SERVICES.keys()

    assert services[added]["read_only"] is True
    assert services[added]["cap_drop"] == ["ALL"]
    assert services[added]["security_opt"] == ["no-new-privileges:true"]
    assert (ROOT / services[added]["volumes"][0].split(":")[0] / "people.py").is_file()
    assert services[added]["network_mode"] == "service:playground"


def test_prometheus_asks_what_compose_starts() -> None:
    text = (ROOT / "infrastructure" / "monitoring" / "prometheus.yml").read_text()
    targets = [
        job["static_configs"][0]["targets"] for job in yaml.safe_load(text)["scrape_configs"]
    ]

    assert targets == [["market-data:8081"], ["telegram-bot:8082"]]
    assert SERVICES["telegram-bot"]["environment"]["INTERNAL_PORT"] == "8082"


def test_a_shared_library_without_its_symbols_still_loads(tmp_path: Path) -> None:
    original = Path(str(msgspec._core.__file__))
    copied = tmp_path / original.name
    copied.write_bytes(original.read_bytes())

    assemble.slim(copied)

    command = [sys.executable, "-c", _LOADS, str(copied)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert "msgspec._core" in said.stdout, said.stderr
    assert copied.stat().st_size < original.stat().st_size


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    odd = tmp_path / "odd.so"
    odd.write_bytes(b"\x7fELF\x01\x01 for another machine")

    assemble.slim(odd)

    assert odd.read_bytes() == b"\x7fELF\x01\x01 for another machine"


def test_bytecode_runs_without_its_docstrings(tmp_path: Path) -> None:
    source = tmp_path / "described.py"
    source.write_text(
        '"""A module."""\nfrom __future__ import annotations\n'
        'class Named:\n    """A class."""\n'
        'def doubled(number):\n    """A function."""\n    return number * 2\n',
        encoding="utf-8",
    )
    (tmp_path / "described.pyc").write_bytes(assemble.compiled(source))
    source.unlink()

    said = subprocess.run(
        [sys.executable, "-c", "import described as d; print(d.doubled(21), d.__doc__, d.Named())"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )

    assert said.stdout.startswith("42 None <described.Named object"), said.stderr
