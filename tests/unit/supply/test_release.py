"""The release file that is written is one that can be deployed."""

import json
import os
from pathlib import Path

import pytest

from deploy.release import parse
from supply import release
from telegram_bot.migrations import NEEDS, NEWEST

DIGEST = "sha256:" + "0" * 64


def test_what_is_written_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main([f"telegram-bot=registry/telegram-bot@{DIGEST}"]) == 0

    found = parse(json.loads(capsys.readouterr().out))
    assert found.images["telegram-bot"].reference == f"registry/telegram-bot@{DIGEST}"
    assert (found.schema.newest, found.schema.needs) == (NEWEST, NEEDS)


def test_programs_that_cannot_work_any_more_are_said(tmp_path: Path) -> None:
    (tmp_path / "contract").mkdir()
    (tmp_path / "__init__.py").write_text("NEWEST = 9\nNEEDS = 8\n")
    (tmp_path / "contract" / "0009_drop.py").write_text("OLDEST_PROGRAM = 7\n")

    assert release.schema(tmp_path) == {"newest": 9, "needs": 8, "oldest_program": 7}


def test_no_image_is_no_release() -> None:
    assert release.main([]) == 2


def test_the_builds_files_and_the_digests_it_handed_on_must_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "telegram-bot").write_text(f"registry/telegram-bot@{DIGEST}\n")
    monkeypatch.setenv("DIGESTS", f"telegram-bot={DIGEST}")
    assert release.main(["--from", str(tmp_path)]) == 0
    assert parse(json.loads(capsys.readouterr().out)).images["telegram-bot"].digest == DIGEST

    monkeypatch.setenv("DIGESTS", f"telegram-bot=sha256:{'1' * 64}")
    assert release.main(["--from", str(tmp_path)]) == 1
    assert "The build left" in capsys.readouterr().err
    assert release.main(["--from", str(tmp_path / "nowhere")]) == 1


def test_what_failed_on_its_way_to_staging_comes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitHub's own `before` is the push before, whether staging ever had it or not."""
    gh = tmp_path / "gh"
    gh.write_text('#!/bin/sh\necho "$@" >&2; test -n "$SHOWN" || exit 1; echo "$SHOWN"\n')
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SHOWN", '[{"headSha": "abc"}]')
    assert release.shown_last("develop") == "abc"

    monkeypatch.setenv("SHOWN", "[]")
    assert release.shown_last("develop") == ""
    monkeypatch.setenv("SHOWN", "")
    assert release.shown_last("develop") == ""
    assert "not known: gh run list: run list --workflow staging.yml" in capsys.readouterr().err


@pytest.mark.parametrize("since", ["", "0" * 40, "1" * 40])
def test_where_nobody_knows_what_is_new_nothing_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], since: str
) -> None:
    monkeypatch.setenv("SINCE", since)

    assert release.main([f"telegram-bot=registry/telegram-bot@{DIGEST}"]) == 0
    assert parse(json.loads(capsys.readouterr().out)).commits == ()
