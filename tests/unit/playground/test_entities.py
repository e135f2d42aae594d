"""What Telegram does to a text and its marks before it keeps them."""

from hypothesis import given
from hypothesis import strategies as st

from playground.entities import Entity, detect, settle, slice_units, units


def bold(offset: int, length: int) -> Entity:
    return {"type": "bold", "offset": offset, "length": length}


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one["type"], slice_units(text, one["offset"], one["length"])) for one in detect(text)]


def test_commands_links_mentions_and_tags_are_found() -> None:
    text = "🟢 /price@some_bot $BTC #news @anyone see https://x.test/a?b=1."

    assert kinds(text) == [
        ("bot_command", "/price@some_bot"),
        ("cashtag", "$BTC"),
        ("hashtag", "#news"),
        ("mention", "@anyone"),
        ("url", "https://x.test/a?b=1"),
    ]


def test_a_slash_inside_a_word_is_no_command() -> None:
    assert kinds("BTC/USDT and 24h/7d and a//b") == []


def test_a_slash_behind_a_bracket_is_one_as_at_telegram() -> None:
    assert kinds("(13*ATR+TR)/14") == [("bot_command", "/14")]


def test_white_space_around_the_text_goes_and_entities_move() -> None:
    assert settle("\n  ab  ", [bold(3, 4)]) == ("ab", [bold(0, 2)])


def test_leading_space_of_a_block_stays() -> None:
    block: Entity = {"type": "pre", "offset": 0, "length": 6}

    assert settle("   USD", [block]) == ("   USD", [block])


def test_an_entity_of_white_space_alone_is_dropped() -> None:
    assert settle("a  ", [bold(1, 2)]) == ("a", [])


def test_nothing_nests_in_code_but_code_may_be_quoted() -> None:
    code: Entity = {"type": "code", "offset": 0, "length": 3}
    quote: Entity = {"type": "blockquote", "offset": 0, "length": 3}

    assert settle("abc", [code, bold(1, 1)])[1] == [code]
    assert settle("abc", [code, quote])[1] == [code, quote]


def test_nothing_is_detected_in_code() -> None:
    code: Entity = {"type": "code", "offset": 0, "length": 4}

    assert settle("$BTC $ETH", [code])[1] == [
        code,
        {"type": "cashtag", "offset": 5, "length": 4},
    ]


def test_the_hundred_and_first_entity_is_dropped_silently() -> None:
    text, entities = settle("a" * 200, [bold(index, 1) for index in range(101)])

    assert len(text) == 200
    assert entities == [bold(index, 1) for index in range(100)]


@given(
    st.text("ab \n🟢/$@#x", max_size=30),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5),
)
def test_entities_stay_inside_the_text(text: str, ranges: list[tuple[int, int]]) -> None:
    settled, entities = settle(text, [bold(offset, length) for offset, length in ranges])

    assert all(one["length"] > 0 for one in entities)
    assert all(one["offset"] + one["length"] <= units(settled) for one in entities)
    assert entities == sorted(entities, key=lambda one: (one["offset"], -one["length"]))
