"""/alert and /alerts as people see them, over a market where BTC is at 67,250.10."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable
from common.features import Features
from telegram_bot.alerts.remembered import RememberedAlerts
from telegram_bot.alerts.rules import MOST_PER_PERSON, Alert
from telegram_bot.people import Choices, Strangers
from telegram_bot.replies import Notice, Press, Reply
from tests.support.alerts import STEP, rule
from tests.support.flags import without
from tests.support.replies import AS_OF
from tests.support.talk import ME, Talk, labels, press


class Watched(Talk):
    """Somebody with alerts, and the clock that those go by."""

    def __init__(self, features: Features | None = None) -> None:
        self.time = FrozenClock(AS_OF)
        self.known = Strangers()
        alerts = RememberedAlerts(lambda: self.time.now().timestamp())
        super().__init__(features=features, alerts=alerts, people=self.known)

    async def tap_on(self, reply: Reply, label: str) -> Reply:
        """Press a button and return what it answers."""
        said = await self.tap(press(reply, label))
        assert isinstance(said, Reply), said
        return said


@pytest.fixture
def talk() -> Watched:
    return Watched()


async def test_the_confirmation_says_what_was_understood_and_how_far_away_it_is(
    talk: Watched,
) -> None:
    reply = await talk.say("/alert BTC > 70k")

    assert reply.text == (
        "🔔 Alert <b>#1</b> set: BTC/USDT crosses <b>above 70,000.00</b>\n"
        "Now 67,250.10 (4.09% away ≈ 3.3 × ATR 4h) · once · no expiry"
    )
    assert labels(reply) == [["✏️ Level", "🔁 Repeat"], ["⏳ Expiry", "🗑 Delete"]]


async def test_l1_a_level_that_is_passed_already_is_said_to_be(talk: Watched) -> None:
    reply = await talk.say("/alert BTC > 60k")

    assert reply.text == (
        "BTC is already above 60,000.00 (now 67,250.10). "
        "The alert waits for a drop below and a new cross."
    )
    assert labels(reply) == [["Keep", "Use < instead", "Cancel"]]
    kept = await talk.tap_on(reply, "Keep")
    assert "waits for the other side first" in kept.text
    turned = await talk.tap_on(reply, "Use < instead")
    assert "crosses <b>below 60,000.00</b>" in turned.text and "waits" not in turned.text
    gone = await talk.tap_on(reply, "Cancel")
    assert gone.text == "🗑 Alert <b>#1</b> is deleted."


async def test_l10_a_comma_is_asked_about_and_nonsense_is_refused(talk: Watched) -> None:
    asked = await talk.say("/alert BTC > 1,5 every 1h")
    assert asked.text == "You wrote <code>1,5</code>. Do you mean <b>1.5</b>?"
    taken = await talk.tap_on(asked, "✅ 1.5")
    assert "already above 1.50 " in taken.text

    for nonsense in ("1e999", "-5", "nan"):
        refused = await talk.say(f"/alert BTC > {nonsense}")
        assert "is not an amount I can use" in refused.text
    assert len(await talk.services.alerts.of_chat(ME.chat)) == 1


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("BTC 70k", "BTC/USDT crosses <b>above 70,000.00</b>"),
        ("BTC 60k", "BTC/USDT crosses <b>below 60,000.00</b>"),
        ("BTC +5%", "BTC/USDT crosses <b>above 70,612.61</b> (+5.00%)"),
        ("BTC -5%", "BTC/USDT crosses <b>below 63,887.59</b> (-5.00%)"),
        ("BTC 3% 1h", "BTC/USDT moves <b>3.00%</b> within 1\xa0h"),
        ("BTC -3% 24h", "BTC/USDT falls <b>3.00%</b> within 1\xa0day"),
        ("BTC atr 2 4h", "a 4\xa0h candle of BTC/USDT closes <b>2 ATR</b> away"),
        ("BTC atr up 1.5 1h", "a 1\xa0h candle of BTC/USDT closes <b>1.5 ATR</b> up"),
        ("BTC atr% > 3 1d", "ATR of BTC/USDT on 1\xa0day goes <b>above 3.00%</b>"),
        ("BTC regime 4h", "volatility of BTC/USDT on 4\xa0h goes <b>above 1.5x</b> its average"),
        ("BTC st 4h", "Supertrend of BTC/USDT flips on 4\xa0h"),
        ("BTC st down 4h", "Supertrend of BTC/USDT turns down on 4\xa0h"),
    ],
)
async def test_every_kind_of_alert_says_what_it_waits_for(
    talk: Watched, words: str, understood: str
) -> None:
    reply = await talk.say(f"/alert {words}")

    assert reply.text.splitlines()[0] == f"🔔 Alert <b>#1</b> set: {understood}"


async def test_options_are_repeated_in_the_confirmation(talk: Watched) -> None:
    reply = await talk.say("/alert BTC > 70k every 1h until 7d note Sell <half>")

    first, second, third = reply.text.splitlines()
    assert "every 1h" in second and "until" in second and "28 Nov 2026" in second
    assert third == "📝 Sell &lt;half&gt;"


async def test_a_day_ends_where_the_reader_lives(talk: Watched) -> None:
    await talk.known.choose(ME.chat, Choices(zone="Europe/Berlin"))
    await talk.say("/alert BTC > 70k until 2026-12-31")

    (alert,) = await talk.services.alerts.of_chat(ME.chat)
    assert alert.rule.expires_at == datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp()
    refused = await talk.say("/alert BTC > 70k until 2026-11-20")
    assert "2026-11-20 is over" in refused.text


async def test_in_german_everything_is_german(talk: Watched) -> None:
    await talk.known.choose(ME.chat, Choices(language="de", quiet=(time(22), time(7))))

    reply = await talk.say("/alert BTC > 70k every 1h")

    assert reply.text.splitlines()[0] == (
        "🔔 Alarm <b>#1</b> gestellt: BTC/USDT kommt <b>über 70.000,00</b>"
    )
    assert "alle 1h" in reply.text


async def test_nobody_guesses_which_way_a_percentage_goes(talk: Watched) -> None:
    asked = await talk.say("/alert BTC 5%")

    assert labels(asked) == [["+5%", "-5%", "5% 1h", "5% 24h"]]
    assert "moves <b>5.00%</b>" in (await talk.tap_on(asked, "5% 1h")).text


async def test_without_words_it_teaches_and_with_a_coin_it_offers(talk: Watched) -> None:
    assert "<code>/alert BTC &gt; 70k</code>" in (await talk.say("/alert")).text
    offered = await talk.say("/alert BTC")
    assert "What shall I watch of BTC?" in offered.text
    assert "#1" in (await talk.tap_on(offered, "-5%")).text
    which = await talk.say("/alert > 70k")
    assert "Which coin?" in which.text


async def test_an_unknown_coin_is_answered_with_what_it_may_be(talk: Watched) -> None:
    reply = await talk.say("/alert BTX > 70k")

    assert "Did you mean <b>BTC</b>" in reply.text
    fixed = await talk.tap_on(reply, "BTC")
    assert "crosses <b>above 70,000.00</b>" in fixed.text


async def test_an_alert_is_changed_by_its_number(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")
    levels = await talk.say("/alert 1 level")
    assert labels(levels) == [["-5%", "-1%", "+1%", "+5%"], ["‹ Back"]]
    assert levels.text.startswith("🔔 <b>#1</b> BTC/USDT crosses <b>above 70,000.00</b>\n")
    assert "above 73,500.00" in (await talk.tap_on(levels, "+5%")).text
    assert "below 60,000.00" in (await talk.say("/alert #1 < 60k")).text
    assert "below 63,887.59</b> (-5.00%)" in (await talk.say("/alert 1 5%")).text

    repeat = await talk.say("/alert 1 repeat")
    assert "reminds every 1h" in (await talk.tap_on(repeat, "remind 1h")).text
    expiry = await talk.say("/alert 1 expiry")
    assert "until" in (await talk.tap_on(expiry, "until 7d")).text
    assert "no expiry" in (await talk.say("/alert 1 forever")).text
    assert "📝 mind the gap" in (await talk.say("/alert 1 note mind the gap")).text
    assert "another alert" in (await talk.say("/alert 1 ETH > 5k")).text
    assert "There is no alert #7" in (await talk.say("/alert 7")).text


async def test_it_is_paused_armed_deleted_and_brought_back(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")

    paused = await talk.say("/alert 1 pause")
    assert "⏸ paused" in paused.text
    assert "paused" not in (await talk.tap_on(paused, "🔁 Re-arm")).text
    gone = await talk.say("/alert 1 delete")
    assert labels(gone) == [["↩️ Undo"]]
    assert await talk.services.alerts.of_chat(ME.chat) == []
    back = await talk.tap_on(gone, "↩️ Undo")
    assert "#1" in back.text and len(await talk.services.alerts.of_chat(ME.chat)) == 1


async def test_the_list_shows_the_nearest_first_eight_a_page(talk: Watched) -> None:
    for level in (90, 80, 68, 75, 60, 95, 99, 85, 66):
        await talk.say(f"/alert BTC {level}k")
    await talk.say("/alert BTC st 4h")
    await talk.say("/alert 3 pause")

    first = await talk.say("/alerts")
    second = await talk.tap_on(first, "2/2 ▶")

    lines = first.text.splitlines()
    assert lines[0] == "🔔 <b>Alerts (10/50)</b>"
    assert [line.split("</b>")[0] for line in lines[1:]] == [
        f"<b>#{number}" for number in (9, 5, 4, 2, 8, 1, 6, 7)
    ]
    assert lines[1] == "<b>#9</b> BTC/USDT crosses <b>below 66,000.00</b> · 1.86% away · once"
    assert ["#9 ✏️", "🔁", "⏸", "🗑"] in labels(first)
    assert second.text.splitlines()[1].startswith("<b>#10</b> Supertrend")
    assert "⏸ paused" in second.text.splitlines()[2]
    assert ["#3 ✏️", "🔁", "🔔", "🗑"] in labels(second)
    shown = [item for row in (*first.buttons, *second.buttons) for item in row]
    assert all(item.fits for item in shown if isinstance(item, Press))


async def test_what_has_fired_over_months_takes_no_price_from_what_is_active(talk: Watched) -> None:
    """One question is about fifty markets at most, and more than that is refused as a whole."""
    alerts = talk.services.alerts
    for number in range(60):
        old = rule("1", symbol=f"A{number:02}-USDT")
        fired = await alerts.add(old, ME.chat, ME.user, state="armed", step=STEP, most=99)
        await alerts.change(replace(fired, state="fired"))
    await talk.say("/alert BTC 68k")

    listed = await talk.say("/alerts")

    assert listed.text.splitlines()[1].endswith("above 68,000.00</b> · 1.12% away · once")
    (asked,) = [it for it in talk.market.asked[-1:] if isinstance(it, tuple)]
    assert asked[0] == "BTC-USDT" and len(asked) == 50


async def test_the_buttons_of_the_list_change_it_in_place(talk: Watched) -> None:
    for level in range(70, 79):
        await talk.say(f"/alert BTC {level}k")
    page = await talk.tap_on(await talk.say("/alerts"), "2/2 ▶")

    paused = await talk.tap_on(page, "⏸")
    assert paused.edits and "◀ 1/2" in str(labels(paused))
    assert paused.text.splitlines()[1].endswith("⏸ paused")
    armed = await talk.tap_on(paused, "🔔")
    assert armed.edits and "paused" not in armed.text
    gone = await talk.tap_on(armed, "🗑")
    assert gone.edits and gone.text.endswith("\n🗑 Alert <b>#9</b> is deleted.")
    assert "Alerts (8/50)" in gone.text
    back = await talk.tap_on(gone, "↩️ Undo #9")
    assert back.edits and "Alerts (9/50)" in back.text and "deleted" not in back.text


async def test_the_last_alert_of_the_list_can_be_brought_back_too(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")

    gone = await talk.tap_on(await talk.say("/alerts"), "🗑")

    assert "No alerts yet." in gone.text and "#1</b> is deleted" in gone.text
    assert "above 70,000.00" in (await talk.tap_on(gone, "↩️ Undo #1")).text


async def test_a_button_of_a_list_that_has_changed_meanwhile_says_so(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")

    said = await talk.tap(Press("x", "alerts pause 9 1"))

    assert isinstance(said, Notice) and "no alert #9" in said.text


async def test_an_empty_list_teaches(talk: Watched) -> None:
    reply = await talk.say("/alerts")

    assert "No alerts yet." in reply.text and "<code>/alert BTC -5%</code>" in reply.text
    offered = await talk.tap(press(reply, "🔔 BTC"))
    assert isinstance(offered, Reply) and "What shall I watch" in offered.text


async def test_the_list_is_there_without_prices(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")
    talk.market.failure = Unavailable("gone")

    reply = await talk.say("/alerts")

    assert "above 70,000.00</b> · once" in reply.text


async def test_there_is_an_end_to_how_many(talk: Watched) -> None:
    for _ in range(MOST_PER_PERSON):
        facts = {"state": "armed", "step": STEP, "most": MOST_PER_PERSON}
        await talk.services.alerts.add(rule(), ME.chat, ME.user, **facts)  # type: ignore[arg-type]

    refused = await talk.say("/alert BTC > 70k")

    assert "You have 50 alerts" in refused.text


async def test_a_button_of_an_alert_that_has_changed_meanwhile_says_so(talk: Watched) -> None:
    await talk.say("/alert BTC > 70k")

    said = await talk.tap(Press("x", "alert 9 pause"))

    assert isinstance(said, Notice) and "no alert #9" in said.text


class Firing(RememberedAlerts):
    """Alerts of which one fires while somebody's change of it is on its way."""

    fires = False

    async def change(self, after: Alert) -> Alert | None:
        if self.fires:
            self.fires = False
            found = await self.find(after.chat, after.number)
            assert found is not None and await super().change(replace(found, state="fired"))
        return await super().change(after)


@pytest.mark.parametrize(("verb", "state"), [("delete", "deleted"), ("pause", "paused")])
async def test_an_alert_that_fires_meanwhile_is_deleted_or_paused_all_the_same(
    verb: str, state: str
) -> None:
    alerts = Firing(lambda: AS_OF.timestamp())
    talk = Talk(alerts=alerts)
    await talk.say("/alert BTC > 70k")

    alerts.fires = True
    await talk.say(f"/alert 1 {verb}")

    kept = await alerts.find(ME.chat, 1)
    assert not alerts.fires and kept is not None and kept.state == state


async def test_without_the_flag_alerts_about_atr_are_refused_and_prices_are_not() -> None:
    talk = Watched(features=without("atr_alerts"))

    assert "not available here" in (await talk.say("/alert BTC atr 2 4h")).text
    assert "#1" in (await talk.say("/alert BTC > 70k")).text


async def test_a_recorded_market_is_refused_for_its_price_moves_no_more(talk: Watched) -> None:
    talk.market.telling = {"quality": "recorded", "as_of": datetime(2013, 3, 2, tzinfo=UTC)}

    reply = await talk.say("/alert BTC > 70k")

    assert "recorded up to 1 Mar 2013" in reply.text
    assert "No alerts yet" in (await talk.say("/alerts")).text


@pytest.mark.parametrize("level", ["70k", "60k"])
async def test_a_simulated_market_is_said_to_be_one(talk: Watched, level: str) -> None:
    talk.market.telling = {"quality": "simulated", "source": "simu"}

    reply = await talk.say(f"/alert BTC > {level}")

    assert reply.text.endswith("\n<i>simulated prices, not a market</i>")


async def test_nothing_falls_by_more_than_it_is_worth(talk: Watched) -> None:
    reply = await talk.say("/alert BTC 500%")

    assert labels(reply) == [["+500%", "500% 1h", "500% 24h"]]


async def test_alerts_say_that_their_prices_are_simulated_wherever_they_show_one() -> None:
    it = Talk()
    it.market.telling = {"quality": "simulated", "source": "simu"}
    await it.say("/alert BTC > 70k")

    for asked in ("/alerts", "/alert 1", "/alert 1 71k"):
        assert (await it.say(asked)).text.endswith("\n<i>simulated prices, not a market</i>")


async def test_the_choices_of_an_alert_are_named_in_its_readers_language() -> None:
    it = Talk()
    anna = it.speaker(told="de")
    await it.say("/alert BTC > 70k", anna)
    await it.say("/alert BTC st 4h", anna)
    await it.say("/alert BTC atr 2 4h", anna)

    shown = [
        labels(await it.say(f"/alert {words}", anna))
        for words in ("1 repeat", "1 expiry", "2 level", "3 level")
    ]

    assert shown == [
        [["einmal", "alle 1h", "alle 4h"], ["alle 1d", "erinnern 1h"], ["‹ Zurück"]],
        [["bis 1d", "bis 7d", "bis 30d"], ["‹ Zurück"]],
        [["aufwärts", "abwärts"], ["‹ Zurück"]],
        [["1 ATR", "1,5 ATR", "2 ATR", "3 ATR"], ["‹ Zurück"]],
    ]
