"""Task definitions from their forms, and what CodeBuild and CodePipeline take."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.validate import ParamValidator

from deploy import forms, imagedefinitions
from deploy.release import parse
from local.environment import ROOT
from tests.support.releases import content

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/foundation/1"
TOLD = {
    "Cluster": "crypto-assistant",
    "DatabaseAddress": "crypto-assistant.abc.eu-central-1.rds.amazonaws.com",
    "DatabaseOwnerSecret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds-1",
    "staging-Secret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ca-2",
}
EXPORTS: dict[str, Any] = {
    "Exports": [
        {"ExportingStackId": STACK, "Name": f"crypto-assistant-{name}", "Value": value}
        for name, value in TOLD.items()
    ]
}
BUILDSPEC = yaml.safe_load(
    (ROOT / "infrastructure" / "aws" / "codebuild" / "buildspec.yml").read_text()
)
DIGEST = "sha256:" + "a" * 64
REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
RELEASE = content("1.4.0") | {
    "images": {
        name: {
            "repository": f"{REGISTRY}/crypto-assistant/{name}",
            "digest": DIGEST,
        }
        for name in ("market-data", "telegram-bot")
    }
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    exports, release = tmp_path / "exports.json", tmp_path / "release.json"
    exports.write_text(json.dumps(EXPORTS))
    release.write_text(json.dumps(RELEASE))
    return str(exports), str(release)


@pytest.mark.parametrize("name", forms.NAMES)
def test_a_filled_form_is_what_ecs_takes(
    name: str, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    exports, release = files
    where = ["--environment", "staging", "--exports", exports, "--release", release]

    assert forms.main([name, *where]) == 0

    told = capsys.readouterr().out
    model = boto3.client("ecs", region_name="eu-central-1").meta.service_model
    shape = model.operation_model("RegisterTaskDefinition").input_shape
    report = ParamValidator().validate(json.loads(told), shape)
    assert report.generate_report() == ""
    assert "${" not in told
    assert json.loads(told)["family"] == f"staging-{name}"
    for container in json.loads(told)["containerDefinitions"]:
        assert container["image"].endswith(f"@{DIGEST}")
        assert {"name": "IMAGE_DIGEST", "value": DIGEST} in container["environment"]


@pytest.mark.parametrize("name", ["telegram-bot", "assistant"])
def test_who_may_turn_flags_in_the_chat_is_told_to_the_bot_alone(
    name: str, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    exports, release = files
    where = ["--environment", "staging", "--exports", exports, "--release", release]
    assert forms.main([name, *where, "--owners", "7,8"]) == 0

    containers = json.loads(capsys.readouterr().out)["containerDefinitions"]
    owners = {"name": "OWNER_IDS", "value": "7,8"}
    told = [it["name"] for it in containers if owners in it["environment"]]
    assert told == ["telegram-bot"]


def test_what_nobody_said_is_named() -> None:
    with pytest.raises(forms.BadForm, match="Nobody said SECRET"):
        forms.filled('{"a": "${SECRET}"}', forms.values(EXPORTS, "production"))
    with pytest.raises(forms.BadForm, match="foundation is not there"):
        forms.values({"Exports": []}, "staging")


def test_image_definitions_name_containers_that_exist_and_digests() -> None:
    rows = imagedefinitions.rows(parse(RELEASE))
    containers = {
        it["name"]
        for name in ("telegram-bot", "market-data")
        for it in json.loads((forms.FOLDER / f"{name}.json").read_text())["containerDefinitions"]
    }

    assert {row["name"] for row in rows} == containers
    assert all(re.search("@sha256:[0-9a-f]{64}$", row["imageUri"]) for row in rows)


def test_image_definitions_are_printed_or_refused(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert imagedefinitions.main([files[1]]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert imagedefinitions.main([files[0]]) == 2
    assert imagedefinitions.main([]) == 2


def test_codebuild_calls_words_of_the_makefile_and_stops_at_a_failure() -> None:
    phases = BUILDSPEC["phases"]
    lines = [line for phase in phases.values() for line in phase.get("commands", [])]
    words = set(re.findall(r"make (?:--silent )?([a-z-]+)", "\n".join(lines)))
    makefile = (ROOT / "Makefile").read_text()

    assert BUILDSPEC["version"] == 0.2
    assert words == {"check", "unit", "integration", "images", "facts"}
    assert [word for word in words if not re.search(rf"^{word}:", makefile, re.MULTILINE)] == []
    assert phases["post_build"]["commands"][0] == 'test "$CODEBUILD_BUILD_SUCCEEDING" = 1'


def test_codebuild_writes_the_same_image_definitions(tmp_path: Path) -> None:
    for row in imagedefinitions.rows(parse(RELEASE)):
        (tmp_path / f"{row['name']}.digest").write_text(row["imageUri"] + "\n")
    script = BUILDSPEC["phases"]["post_build"]["commands"][-1]
    programs = BUILDSPEC["env"]["variables"]["PROGRAMS"]

    subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        check=True,
        env={"PROGRAMS": programs, "PATH": "/bin:/usr/bin"},
    )

    written = json.loads((tmp_path / "imagedefinitions.json").read_text())
    assert written == imagedefinitions.rows(parse(RELEASE))
