"""/flags: for who runs the bot, and unheard of for anybody else."""

from datetime import timedelta
from pathlib import Path

import pytest

from common.features import Features
from common.features.desk import Desk
from common.features.shelves import FileShelf
from common.features.switchboard import Switchboard
from telegram_bot.adapters.flag_desk import ThreadedDesk, desk_at
from telegram_bot.flags import ClosedDesk
from telegram_bot.ports import Speaker
from tests.support.talk import IN_A_GROUP, Talk

OWNER = Talk.speaker()
SOMEBODY = Speaker(chat=7, user=7, private=True)


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    """A bot whose owner is user 1001, over a file of flags."""
    path = tmp_path / "flags.json"
    made = Talk("production", owners=frozenset({OWNER.user}))
    board = Switchboard(path, "production", made.clock)
    desk = ThreadedDesk(Desk(FileShelf(path)), board.look)
    return Talk(
        "production",
        owners=frozenset({OWNER.user}),
        flags=desk,
        features=Features("production", board),
        clock=made.clock,
    )


async def test_the_flags_of_this_environment_are_listed(talk: Talk) -> None:
    said = (await talk.say("/flags")).text

    assert said.startswith("🚩 <b>Flags in production</b>")
    assert "🟢 <code>alerts</code>: on" in said and "⚪ <code>charts</code>: off" in said


async def test_a_kill_counts_at_once_and_says_that_the_ledger_will_hear(talk: Talk) -> None:
    said = (await talk.say("/flags kill alerts 4h a storm of them")).text

    assert said.startswith("🔴 <code>alerts</code> was on, and is killed until ")
    assert "The ledger hears of it from the next probe" in said
    assert not talk.services.features.enabled("alerts", chat=7)
    listed = (await talk.say("/flags")).text
    assert "🔴 <code>alerts</code>: killed" in listed
    assert "by owner 1001 until " in listed and ": a storm of them" in listed


async def test_a_reason_that_begins_with_a_number_stops_no_kill(talk: Talk) -> None:
    await talk.say("/flags kill alerts 500 errors a minute")

    assert ": 500 errors a minute" in (await talk.say("/flags")).text


async def test_a_share_grows_and_shrinks_only_when_told(talk: Talk) -> None:
    assert "is 25 % until" in (await talk.say("/flags set charts 25% first users")).text
    assert "is 50 % until" in (await talk.say("/flags ramp charts 50% nothing broke")).text
    assert "Say --shrink" in (await talk.say("/flags ramp charts 5% too slow")).text
    assert "is 5 % until" in (await talk.say("/flags ramp charts 5% shrink too slow")).text
    assert "as the table says" in (await talk.say("/flags set charts table it is over")).text


async def test_an_override_ends_by_itself(talk: Talk) -> None:
    await talk.say("/flags set charts on 30m a try")
    assert talk.services.features.enabled("charts")

    talk.clock.advance(timedelta(minutes=30))
    assert not talk.services.features.enabled("charts")


async def test_a_flag_is_explained_for_a_chat(talk: Talk) -> None:
    assert (await talk.say("/flags explain charts 7")).text == (
        "<code>charts</code> is off for chat <code>7</code>: the table says so."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/flags kill", "There is no such flag. There are "),
        ("/flags kill moon why not", "There is no such flag. There are "),
        ("/flags kill charts", "Say what, which flag and why"),
        ("/flags set charts on", "Say what, which flag and why"),
        ("/flags dance charts", "Say what, which flag and why"),
        ("/flags explain charts me", "Say what, which flag and why"),
        ("/flags set charts 120 why not", "use on, off, table, or 0 to 100."),
        ("/flags set charts maybe why not", "use on, off, table, or 0 to 100."),
        ("/flags kill charts 2w why not", "is no time: use 30m, 4h or 7d, up to 30d."),
        ("/flags kill charts 99d why not", "is no time: use 30m, 4h or 7d, up to 30d."),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_can(
    talk: Talk, text: str, said: str
) -> None:
    assert said in (await talk.say(text)).text
    assert "killed" not in (await talk.say("/flags")).text


@pytest.mark.parametrize("text", ["/flags", "/flags kill alerts 4h a storm", "/FLAGS"])
async def test_nobody_else_hears_of_it(talk: Talk, text: str) -> None:
    unheard_of = (await Talk("production").say("/flagx", SOMEBODY)).text.replace("flagx", "flags")

    said = (await talk.say(text.lower(), SOMEBODY)).text

    assert said == unheard_of
    assert "/flags" not in (await talk.say("/help", SOMEBODY)).text
    assert "I don't know" in (await talk.say("/help flags", SOMEBODY)).text
    assert await talk.silence("/flags", Speaker(chat=-100, user=7, private=False))
    assert talk.services.features.enabled("alerts")


async def test_in_a_group_its_owner_is_led_to_private(talk: Talk) -> None:
    assert "in private" in (await talk.say("/flags", IN_A_GROUP)).text


async def test_an_owner_finds_it_in_help(talk: Talk) -> None:
    assert "<code>/flags</code>" in (await talk.say("/help")).text


async def test_germans_read_german(talk: Talk) -> None:
    german = Talk.speaker(told="de")

    assert "Schalter in production" in (await talk.say("/flags", german)).text
    assert (
        "war an und ist abgeschaltet bis"
        in (await talk.say("/flags kill alerts ein Sturm", german)).text
    )
    assert (
        "nimm on, off, table oder 0 bis 100"
        in (await talk.say("/flags set charts 120 so", german)).text
    )


async def test_without_a_place_flags_can_be_seen_and_not_turned() -> None:
    talk = Talk(owners=frozenset({OWNER.user}))

    assert isinstance(desk_at("", "local"), ClosedDesk)
    assert "Flags in local" in (await talk.say("/flags")).text
    assert "FLAG_OVERRIDES names no place" in (await talk.say("/flags kill charts so")).text


async def test_a_place_out_of_reach_turns_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shelf = FileShelf(tmp_path / "file" / "flags.json")
    desk = ThreadedDesk(Desk(shelf), lambda: None)
    talk = Talk(owners=frozenset({OWNER.user}), flags=desk)

    assert "so nothing was turned" in (await talk.say("/flags kill charts so")).text
