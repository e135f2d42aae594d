"""Where `make run` takes its settings from."""

from pathlib import Path

from local.run import settings


def test_what_is_set_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nTELEGRAM_BOT_TOKEN=1:from-the-file\nexport PROVIDERS='simu'\nEMPTY\n")

    read = settings({"PROVIDERS": "coinbase"}, file)

    assert read == {"TELEGRAM_BOT_TOKEN": "1:from-the-file", "PROVIDERS": "coinbase"}


def test_no_file_is_no_trouble(tmp_path: Path) -> None:
    assert settings({"A": "b"}, tmp_path / ".env") == {"A": "b"}
