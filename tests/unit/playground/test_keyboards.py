"""Inline keyboards at and past Telegram's limits."""

from typing import Any

import pytest

from playground.keyboards import callback_data, read_keyboard
from playground.refusals import Refusal


def keyboard(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(**action: Any) -> dict[str, Any]:
    return {"text": "x", **action}


def test_everything_within_the_limits_is_kept() -> None:
    full = keyboard(
        [button(callback_data="€" * 21 + "x"), button(url="https://x.test")],
        [button(copy_text={"text": "y" * 256}, style="success")],
        [button(switch_inline_query_current_chat="")],
    )

    assert read_keyboard(full) == full
    assert callback_data(full) == {"€" * 21 + "x"}


@pytest.mark.parametrize("markup", [None, {}, {"force_reply": True}, {"remove_keyboard": True}])
def test_a_markup_without_buttons_is_none(markup: Any) -> None:
    assert read_keyboard(markup) is None


def test_empty_rows_are_dropped() -> None:
    assert read_keyboard(keyboard([], [button(callback_data="a")], [])) == keyboard(
        [button(callback_data="a")]
    )
    assert read_keyboard(keyboard([], [])) is None
    assert callback_data(None) == set()


ROW = [button(callback_data="a")]


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ([], "object expected as reply markup"),
        (
            {"keyboard": []},
            "the playground knows inline keyboards only; send inline_keyboard",
        ),
        ({"inline_keyboard": [{}]}, 'field "inline_keyboard" must be of type Array of Arrays'),
        (keyboard(ROW * 9), "REPLY_MARKUP_TOO_LONG"),
        (keyboard(*[ROW * 8] * 13), "REPLY_MARKUP_TOO_LONG"),
        (keyboard([button(callback_data="")]), "BUTTON_DATA_INVALID"),
        (keyboard([button(callback_data="x" * 65)]), "BUTTON_DATA_INVALID"),
        (keyboard([button(callback_data="€" * 22)]), "BUTTON_DATA_INVALID"),
        (keyboard([button(callback_data=1)]), "BUTTON_DATA_INVALID"),
        (keyboard([button(url="x.test")]), "BUTTON_URL_INVALID"),
        (keyboard([button(copy_text={"text": "y" * 257})]), "BUTTON_COPY_TEXT_INVALID"),
        (keyboard([button(copy_text="y")]), "BUTTON_COPY_TEXT_INVALID"),
        (keyboard([button(callback_data="a", style="loud")]), "BUTTON_STYLE_INVALID"),
        (
            keyboard([button()]),
            "can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard([button(callback_data="a", url="https://x.test")]),
            "can't parse inline keyboard button: exactly one action is expected",
        ),
        (
            keyboard([{"text": " ", "callback_data": "a"}]),
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        (
            {"inline_keyboard": [["x"]]},
            "can't parse inline keyboard button: expected an Object",
        ),
    ],
)
def test_what_breaks_the_rules_is_refused(markup: Any, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_keyboard(markup)

    assert refused.value.description == f"Bad Request: {reason}"
