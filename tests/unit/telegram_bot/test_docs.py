from pathlib import Path

import pytest

from telegram_bot.commands import Command
from telegram_bot.commands.discovery import discover

PAGE = Path(__file__).parents[3] / "docs" / "api" / "commands.md"


@pytest.mark.parametrize("command", discover().all, ids=lambda command: command.name)
def test_every_command_has_a_section_in_the_docs(command: Command) -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, _, section = page.partition(f"\n## /{command.name}\n")
    section = section.partition("\n## ")[0]

    assert section, f"docs/api/commands.md needs a section '## /{command.name}'"
    for told in (*command.examples, *(f"/{alias}" for alias in command.aliases)):
        assert f"`{told}`" in section


@pytest.mark.parametrize("command", discover().all, ids=lambda command: command.name)
def test_a_command_fits_telegrams_menu(command: Command) -> None:
    assert 1 <= len(command.name) <= 32
    assert command.name == command.name.lower()
    assert 1 <= len(command.summary) <= 256
    assert all(example.startswith(f"/{command.name}") for example in command.examples)
