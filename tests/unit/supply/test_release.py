"""The release file that is written is one that can be deployed."""

import json
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
