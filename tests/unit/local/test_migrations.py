"""The linter of the database's steps: what may be added beside a running older program."""

import pytest

from local import migrations

FIRST = """
revision = "0001"
down_revision = None

def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, nullable=False))
"""


def second(line: str, more: str = "") -> str:
    head = f'revision = "0002"\ndown_revision = "0001"\n{more}\n'
    return f"{head}def upgrade():\n    {line}\n"


def complaints(line: str, folder: str = "expand", more: str = "", newest: int = 2) -> list[str]:
    texts = {"expand/0001_first.py": FIRST, f"{folder}/0002_next.py": second(line, more)}
    return list(migrations.complaints(texts, newest))


@pytest.mark.parametrize(
    "line",
    [
        'op.create_table("a", sa.Column("id", sa.Integer, nullable=False))',
        'op.add_column("users", sa.Column("age", sa.Integer))',
        'op.add_column("users", sa.Column("age", sa.Integer, nullable=False, server_default="0"))',
        'op.create_index("by_age", "users", ["age"])',
    ],
)
def test_what_only_adds_may_expand(line: str) -> None:
    assert complaints(line) == []


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_table("users")',
        'op.drop_column("users", "age")',
        'op.rename_table("users", "people")',
        'op.alter_column("users", "age", nullable=False)',
        'op.alter_column("users", "age", type_=sa.BigInteger)',
        'op.execute("delete from users")',
        'op.create_index("one", "users", ["age"], unique=True)',
        'op.create_unique_constraint("one", "users", ["age"])',
        'op.add_column("users", sa.Column("age", sa.Integer, nullable=False))',
    ],
)
def test_what_an_older_program_would_notice_may_only_contract(line: str) -> None:
    (sentence,) = complaints(line)

    assert sentence.startswith("expand/0002_next.py: ")
    assert complaints(line, "contract", "OLDEST_PROGRAM = 1") == []


def test_a_contracting_step_names_the_oldest_program_that_bears_it() -> None:
    (sentence,) = complaints('op.drop_table("users")', "contract")

    assert "OLDEST_PROGRAM" in sentence


def test_steps_are_numbered_without_gaps_and_the_program_knows_the_last() -> None:
    assert "NEWEST is 1, the last step is 2" in complaints("pass", newest=1)[0]
    assert "named by the next number" in next(
        migrations.complaints({"expand/0002_second.py": second("pass")}, 2)
    )
    wrong = {"expand/0001_first.py": FIRST.replace("None", '"0009"')}
    assert "down_revision None" in next(migrations.complaints(wrong, 1))


def test_our_own_steps_are_as_they_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert migrations.main([]) == 0, capsys.readouterr().out
