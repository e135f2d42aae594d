"""Who made the images is asked of GitHub or of the signature, for each image."""

import json
import os
from pathlib import Path

import pytest

from deploy.release import parse
from supply import provenance
from tests.support.releases import content

BUILD = "owner/name/.github/workflows/_build.yml"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    monkeypatch.delenv("SIGN_WITH", raising=False)
    (tmp_path / "release.json").write_text(json.dumps(content()))
    return str(tmp_path / "release.json")


def program(folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_github_is_asked_for_every_image_and_for_our_build_alone() -> None:
    asked = list(provenance.commands(parse(content()), "owner/name", ""))

    images = sorted(it.reference for it in parse(content()).images.values())
    assert sorted(command[3] for command in asked) == [f"oci://{it}" for it in images]
    assert all(command[-2:] == ["--signer-workflow", BUILD] for command in asked)


def test_a_signature_must_be_of_our_build_by_githubs_word() -> None:
    asked = list(provenance.commands(parse(content()), "owner/name", "cosign"))

    assert len(asked) == 2
    for command in asked:
        assert command[:2] == ["cosign", "verify"]
        who = command[command.index("--certificate-identity-regexp") + 1]
        assert who == r"^https://github\.com/owner/name/\.github/workflows/_build\.yml@"


def test_what_somebody_vouches_for_may_go_on(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "gh", "exit 0", monkeypatch)

    assert provenance.main([file]) == 0


def test_what_nobody_vouches_for_is_refused(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "gh", "exit 1", monkeypatch)

    assert provenance.main([file]) == 3
    assert "Nobody vouches for oci://" in capsys.readouterr().out


def test_a_tool_that_is_not_there_vouches_for_nothing(
    file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIGN_WITH", "cosign")
    monkeypatch.setenv("PATH", "/nowhere")

    assert provenance.main([file]) == 3
    assert "cosign cannot be asked" in capsys.readouterr().err


def test_what_cannot_be_understood_is_said(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert provenance.main([]) == 2
    assert provenance.main(["nowhere.json"]) == 2
    monkeypatch.setenv("GITHUB_REPOSITORY", "no slash")
    assert provenance.main([file]) == 2
