"""The gate over the bot's texts finds what is missing, doubtful or not compiled."""

from pathlib import Path

import pytest

from gates import catalogues

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
TRANSLATED = 'msgid "{count} <b>coins</b>"\nmsgstr "{count} <b>Münzen</b>"\n'


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "words.py").write_text('TEXT = later("{count} <b>coins</b>")\n', encoding="utf-8")
    return folder


def source_in(tmp_path: Path, texts: str) -> Path:
    source = tmp_path / "locale" / "de" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEADER + texts, encoding="utf-8")
    return source


def test_a_whole_catalogue_passes_once_it_is_written(tmp_path: Path, code: Path) -> None:
    locales = source_in(tmp_path, TRANSLATED).parents[2]

    assert catalogues.check(write=True, locales=locales, code=code) == []
    assert catalogues.check(locales=locales, code=code) == []


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ("", "is not translated"),
        ("#, fuzzy\n" + TRANSLATED, "fuzzy"),
        (TRANSLATED.replace('"{count} <b>M', '"{number} <b>M'), "other names in braces"),
        (TRANSLATED.replace("Münzen</b>", "Münzen"), "other tags"),
    ],
)
def test_a_translation_that_would_show_is_refused(
    tmp_path: Path, code: Path, texts: str, said: str
) -> None:
    locales = source_in(tmp_path, texts).parents[2]

    (found,) = catalogues.check(write=True, locales=locales, code=code)

    assert said in found


def test_a_text_that_left_the_code_leaves_the_catalogue(tmp_path: Path, code: Path) -> None:
    source = source_in(tmp_path, TRANSLATED + '\nmsgid "old"\nmsgstr "alt"\n')

    before = catalogues.check(locales=source.parents[2], code=code)
    catalogues.check(write=True, locales=source.parents[2], code=code)

    assert "does not hold the texts" in before[0]
    assert "alt" not in source.read_text(encoding="utf-8")


def test_a_translation_that_was_not_compiled_is_noticed(tmp_path: Path, code: Path) -> None:
    source = source_in(tmp_path, TRANSLATED)
    catalogues.check(write=True, locales=source.parents[2], code=code)
    written = source.read_text(encoding="utf-8")
    source.write_text(written.replace("Münzen", "Coins"), encoding="utf-8")

    (found,) = catalogues.check(locales=source.parents[2], code=code)

    assert "was not compiled" in found
