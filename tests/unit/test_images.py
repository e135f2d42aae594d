"""Facts that hold for every image and for docker-compose.yml."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = sorted((ROOT / "infrastructure" / "docker").glob("*.Dockerfile"))
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]

every_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)
every_service = pytest.mark.parametrize("name", SERVICES)


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
        "--from=build",
    ]


@every_dockerfile
def test_no_image_names_a_package_index_or_holds_a_secret(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"https?://(?!127\.0\.0\.1)|index-url|TOKEN|SECRET|PASSWORD", text)


@every_service
def test_compose_starts_every_program_locked_down(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "restart", "healthcheck"} <= service.keys()
    assert "ports" not in service


@every_service
def test_compose_checks_health_as_the_image_does(name: str) -> None:
    dockerfile = ROOT / "infrastructure" / "docker" / f"{name}.Dockerfile"
    command = re.search(r"HEALTHCHECK .*CMD (\[.*\])", "\n".join(instructions(dockerfile)))
    assert command

    assert SERVICES[name]["healthcheck"]["test"] == ["CMD", *yaml.safe_load(command[1])]


def test_compose_starts_every_image() -> None:
    assert set(SERVICES) == {path.stem for path in DOCKERFILES}
