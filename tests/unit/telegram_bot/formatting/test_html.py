"""Markup is safe whatever text it holds, and blocks keep to the width of a phone."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_bot.formatting.html import (
    WIDTH,
    bold,
    code,
    escape,
    first_fitting,
    italic,
    pre,
    shortened,
    table,
)


class Reader(HTMLParser):
    """Collects the text between tags, and the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(st.text())
def test_any_text_comes_back_from_its_markup_unchanged(text: str) -> None:
    for tag, mark in (("b", bold), ("code", code)):
        reader = read(mark(text))

        assert (reader.text, reader.tags) == (text, [tag])
    assert read(pre([text])).text == text
    assert (read(escape(text)).text, read(escape(text)).tags) == (text, [])


def test_a_note_keeps_the_markup_it_holds() -> None:
    assert italic("as of <b>now</b>") == "<i>as of <b>now</b></i>"


@given(st.text(), st.integers(1, 60))
def test_what_a_person_wrote_is_repeated_on_one_line_and_cut(text: str, limit: int) -> None:
    line = shortened(text, limit)

    assert len(line) <= limit
    assert line.isprintable()


def test_letters_that_turn_the_writing_direction_are_dropped() -> None:
    assert shortened("\u202eBTC\ud800\0") == "BTC"


def test_numbers_stand_right_and_words_left() -> None:
    assert table([["", "USDT"], ["BTC", "67,250.10"], ["ETH", "3,415.22"]], "lr") == [
        "         USDT",
        "BTC 67,250.10",
        "ETH  3,415.22",
    ]


def test_gaps_can_differ_and_lines_end_without_spaces() -> None:
    assert table([["a", "b", "c"], ["aa", "bb", ""]], "lrl", gaps=(3, 1)) == [
        "a     b c",
        "aa   bb",
    ]


def test_rows_of_different_lengths_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="shorter|longer"):
        table([["a", "b"], ["a", "b", "c"]], "lr")


def test_the_first_layout_that_fits_is_taken_and_the_last_one_anyway() -> None:
    wide, fitting, narrow = ["x" * (WIDTH + 1)], ["x" * WIDTH], ["x"]

    assert first_fitting([wide, fitting, narrow]) == fitting
    assert first_fitting([wide, wide]) == wide
    assert first_fitting([]) == []
