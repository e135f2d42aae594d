"""Telegram's HTML: what it shows, and how it complains."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.entities import Entity, slice_units
from playground.markup import parse
from playground.refusals import Refusal

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}


def only(source: str) -> Entity:
    _, [entity] = parse(source)
    return entity


@pytest.mark.parametrize(("tag", "kind"), TAGS.items())
def test_each_plain_tag_is_one_entity(tag: str, kind: str) -> None:
    text, entities = parse(f"a <{tag}>bc</{tag}> d")

    assert text == "a bc d"
    assert entities == [{"type": kind, "offset": 2, "length": 2}]


def test_offsets_count_utf_16_units() -> None:
    text, [entity] = parse("🟢 <b>🟢</b>")

    assert (entity["offset"], entity["length"]) == (3, 2)
    assert slice_units(text, 3, 2) == "🟢"


def test_tags_nest_and_the_inner_one_closes_first() -> None:
    text, entities = parse("<b>a <i>b</i></b>")

    assert text == "a b"
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == [
        ("italic", 2, 1),
        ("bold", 0, 3),
    ]


def test_named_and_numeric_references_are_read_and_others_stay() -> None:
    text, _ = parse("&lt;b&gt; &amp; &quot;x&quot; &#36;&#x20ac; &nbsp; AT&T")

    assert text == '<b> & "x" $€ &nbsp; AT&T'


def test_a_link_has_its_address() -> None:
    assert only('<a href="https://x.test/?a=1&amp;b=2">x</a>')["url"] == "https://x.test/?a=1&b=2"
    assert only("<a>https://x.test</a>")["url"] == "https://x.test"
    assert only('<a href="x.test/p">x</a>')["url"] == "http://x.test/p"


def test_a_link_that_leads_nowhere_is_plain_text() -> None:
    assert parse('<a href="javascript:alert(1)">x</a>') == ("x", [])


def test_a_code_block_may_name_its_language() -> None:
    block = only('<pre><code class="language-python">x = 1</code></pre>')

    assert block == {"type": "pre", "offset": 0, "length": 5, "language": "python"}
    assert "language" not in only('<code class="language-python">x</code>')


def test_a_quote_may_be_expandable() -> None:
    assert only("<blockquote expandable>x</blockquote>")["type"] == "expandable_blockquote"


def test_a_spoiler_may_be_a_span() -> None:
    assert only('<span class="tg-spoiler">x</span>')["type"] == "spoiler"


def test_an_emoji_has_its_number() -> None:
    emoji = only('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>')

    assert emoji["custom_emoji_id"] == "5368324170671202286"


def test_a_time_has_a_moment_and_a_form() -> None:
    moment = only('<tg-time unix="1795248720" format="wDT">08:12</tg-time>')

    assert moment["type"] == "date_time"
    assert (moment["unix_time"], moment["date_time_format"]) == (1795248720, "wDT")
    assert "date_time_format" not in only("<tg-time unix=1795248720>08:12</tg-time>")


def test_an_empty_tag_leaves_no_entity() -> None:
    assert parse("a<b></b>b") == ("ab", [])


def test_an_end_tag_without_a_name_closes_the_last_one() -> None:
    assert parse("<B>x</>")[1][0]["type"] == "bold"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("€<x>y</x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b ", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=x", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</b y>", "Unclosed end tag at byte offset 4"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 3'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified at byte offset 0"),
        (
            "<tg-time>x</tg-time>",
            'Tag "tg-time" must have a number in attribute "unix" at byte offset 0',
        ),
        (
            '<tg-time unix="1" format="q">x</tg-time>',
            'Tag "tg-time" has an unknown attribute "format" at byte offset 0',
        ),
    ],
)
def test_broken_markup_is_refused_in_telegrams_words(source: str, complaint: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(source)

    assert refused.value.status == 400
    assert refused.value.description == f"Bad Request: can't parse entities: {complaint}"


@given(st.text())
def test_escaped_text_is_shown_unchanged(text: str) -> None:
    assert parse(html.escape(text, quote=False)) == (text, [])


@given(st.text())
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        text, entities = parse(source)
    except Refusal as refused:
        assert refused.description.startswith("Bad Request: can't parse entities: ")
    else:
        assert all(slice_units(text, one["offset"], one["length"]) for one in entities)


@given(st.lists(st.sampled_from(sorted(TAGS)), max_size=6), st.text("ab🟢&", min_size=1))
def test_nested_tags_all_cover_the_text(tags: list[str], words: str) -> None:
    opened = "".join(f"<{tag}>" for tag in tags)
    closed = "".join(f"</{tag}>" for tag in reversed(tags))

    text, entities = parse(opened + html.escape(words) + closed)

    assert text == words
    assert all(slice_units(text, one["offset"], one["length"]) == words for one in entities)
