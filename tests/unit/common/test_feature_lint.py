"""What `python -m common.features lint` finds in a table and in code."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from common.features import FEATURES, NOTES
from common.features.__main__ import main
from common.features.lint import findings

SERVICES = Path(__file__).resolve().parents[3] / "services"
EXPIRES = NOTES["enhanced_price_display"].expires or date.max


def test_our_own_flags_are_all_known_and_used() -> None:
    assert [
        it.sentence for it in findings(SERVICES, date.min + timedelta(days=99)) if it.fails
    ] == []


def test_a_folder_that_is_none_is_no_folder_without_flags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--code", str(tmp_path / "none")]) == 2
    assert "is no folder of code" in capsys.readouterr().err


@pytest.mark.parametrize("way", ["enabled", "anybody", "decide"])
def test_every_way_to_ask_for_a_flag_is_seen(way: str, tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text(f'features.{way}("unheard_of")\n')

    assert next(findings(tmp_path, EXPIRES)).sentence.startswith("unheard_of is asked for")


def test_a_flag_that_no_row_has_and_those_that_nothing_asks_for_fail(tmp_path: Path) -> None:
    (tmp_path / "command.py").write_text('if features.enabled("unheard_of", chat): pass\n')
    found = list(findings(tmp_path, EXPIRES - timedelta(days=99)))

    assert all(it.fails for it in found)
    assert found[0].sentence == (
        "unheard_of is asked for in command.py, but no row of the table has it."
    )
    assert len(found) == 1 + len(FEATURES)


@pytest.mark.parametrize(("days", "warned"), [(15, False), (14, True), (-1, True)])
def test_a_flag_near_or_past_its_end_is_a_warning(days: int, warned: bool) -> None:
    found = list(findings(SERVICES, EXPIRES - timedelta(days=days)))
    about = [it for it in found if it.sentence.startswith("enhanced_price_display ")]

    assert bool(about) is warned
    assert not any(it.fails for it in about)


def test_the_command_line_fails_where_something_must_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--code", str(SERVICES)]) == 0
    assert main(["lint", "--code", str(tmp_path)]) == 1
    assert "nothing asks for it" in capsys.readouterr().out
