"""Signing an image, with a cosign that notes what it is asked."""

import os
from pathlib import Path

import pytest

from supply import sign

IMAGE = "registry.example.org/crypto-assistant/market-data@sha256:" + "d" * 64


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "cosign"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n[ "$1" != "$FAILING" ]\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("sys.argv", ["sign", IMAGE])
    return tmp_path / "asked"


def test_an_image_is_signed_and_its_bill_with_it(asked: Path) -> None:
    assert sign.main() == 0

    assert asked.read_text().splitlines() == [
        f"sign --yes {IMAGE}",
        f"attest --type cyclonedx --predicate {sign.BILL} --yes {IMAGE}",
    ]


def test_a_signature_that_fails_ends_it(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILING", "sign")

    assert sign.main() == 1

    assert len(asked.read_text().splitlines()) == 1


@pytest.mark.parametrize("image", ["", "market-data:latest", "market-data@sha256:abc"])
def test_what_may_change_is_not_signed(
    asked: Path, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["sign", *filter(None, [image])])

    assert sign.main() == 2

    assert not asked.exists()
