"""A database and its owner on a shared server: made once, and closed to everybody else."""

from pathlib import Path

import psycopg
import pytest

from telegram_bot.provision import main
from tests.support.databases import fresh

PASSWORD = "a-long-word-of-staging"


def test_each_environment_gets_a_database_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = fresh("postgresql", tmp_path)
    wanted = {"DATABASE_URL": server, "NEW_DATABASE": "shop_a", "NEW_PASSWORD": PASSWORD}

    assert main(wanted) == 0
    assert main({**wanted, "NEW_DATABASE": "shop_b"}) == 0
    assert main(wanted) == 0  # again: nothing breaks

    with psycopg.connect(server, dbname="shop_a", user="shop_a", password=PASSWORD) as mine:
        mine.execute("CREATE TABLE people (id BIGINT)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(server, dbname="shop_b", user="shop_a", password=PASSWORD)
    assert PASSWORD not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must be the server's"),
        ({"NEW_DATABASE": 'x"; DROP'}, "NEW_DATABASE must be small letters"),
        ({"NEW_PASSWORD": "short"}, "NEW_PASSWORD must have 16 characters"),
        ({}, "connection"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    given: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = {
        "DATABASE_URL": "postgresql://owner@127.0.0.1:1/postgres",
        "NEW_DATABASE": "staging",
        "NEW_PASSWORD": PASSWORD,
    }

    assert main({**whole, **given}) == 2
    assert said in capsys.readouterr().err
