"""Long texts are cut into messages that Telegram takes."""

from hypothesis import given
from hypothesis import strategies as st

from playground.markup import parse
from telegram_bot.formatting.html import bold, code, escape, pre
from telegram_bot.formatting.split import LIMIT, split, utf16_length

texts = st.text(st.sampled_from("ab <&>\n🟢é"), max_size=120)
pieces = st.one_of(
    texts.map(escape),
    texts.map(bold),
    texts.map(code),
    texts.map(lambda text: pre(text.split("\n"))),
    texts.map(lambda text: f"<blockquote expandable>x{bold(text)}y</blockquote>"),
)


def visible(markup: str) -> str:
    return "".join(parse(markup)[0].split())


def test_length_is_counted_as_telegram_does() -> None:
    assert utf16_length("🟢" * 4096) == 8192
    assert utf16_length("\ud800") == 1


def test_a_short_text_is_left_alone() -> None:
    assert split("<b>x</b>\n\n") == ["<b>x</b>\n\n"]


def test_a_long_text_is_cut_between_lines() -> None:
    assert split("one\ntwo\nthree\nfour", limit=10) == ["one\ntwo", "three\nfour"]


def test_a_block_is_closed_at_a_cut_and_opened_again() -> None:
    lines = [f"{number:>20}" for number in range(400)]

    parts = split(pre(lines))

    assert len(parts) == 3
    assert all(part.startswith("<pre>") and part.endswith("</pre>") for part in parts)
    assert [line for part in parts for line in part[5:-6].split("\n")] == lines


def test_a_line_without_end_is_cut_but_never_inside_a_reference() -> None:
    parts = split("&amp;" * 2000)

    assert all(utf16_length(part) <= LIMIT for part in parts)
    assert "".join(parts) == "&amp;" * 2000


def test_pieces_without_words_are_not_sent() -> None:
    assert split("a" * 9 + "\n" * 60 + "b" * 9, limit=20)[0] == "a" * 9
    assert len(split("a" * 9 + "\n" * 60 + "b" * 9, limit=20)) == 2


@given(st.lists(pieces, max_size=30).map("\n".join), st.integers(160, 400))
def test_every_piece_fits_is_balanced_and_nothing_is_lost(markup: str, limit: int) -> None:
    parts = split(markup, limit)

    assert all(utf16_length(part) <= limit for part in parts)
    assert "".join(visible(part) for part in parts) == visible(markup)
