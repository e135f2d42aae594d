"""Many chats at once, one of them slow; and updates that make no sense, thousands of them."""

from pathlib import Path

import pytest

from tests.support.databases import KINDS
from tests.support.fuzzed_updates import bodies, bring, fuzzed, process
from tests.support.slow_chat import seconds_until_the_rest_is_answered


@pytest.mark.parametrize("kind", KINDS)
async def test_one_slow_chat_among_two_hundred_keeps_nobody_waiting(
    kind: str, tmp_path: Path
) -> None:
    """How soon they are answered is measured by `make prove PROOFS=slow_chat`."""
    took = await seconds_until_the_rest_is_answered(kind, tmp_path)

    print(f"199 of 200 answered after {took:.2f} s")


async def test_no_update_stops_the_bot_and_no_token_reaches_a_log(tmp_path: Path) -> None:
    """A few here; the long form is `make prove PROOFS=fuzzed_updates`."""
    updates = fuzzed(400)

    await process(updates, tmp_path)
    came = await bring(bodies(updates[:200]), tmp_path)

    assert len(updates) > 200
    assert set(came) == {200, 400}
