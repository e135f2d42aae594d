"""Where exchanges are can be set, and nothing but an address is taken for one."""

import pytest

from common.clock import FrozenClock
from common.errors import Misconfigured, Unavailable
from common.settings import read
from market_data.providers import Surroundings, create
from market_data.settings import EXCHANGES, Settings
from tests.support import exchanges
from tests.support.exchanges import NOW


def test_nothing_set_leaves_every_exchange_where_it_is() -> None:
    assert read(Settings).urls() == {}


@pytest.mark.parametrize("name", EXCHANGES)
def test_each_exchange_can_be_somewhere_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{name}_url".upper(), "http://127.0.0.1:9")

    assert read(Settings).urls() == {name: "http://127.0.0.1:9"}


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name.upper()}_URL is wrong .* starts with http"):
        read(Settings, **{f"{name}_url": "ftp://exchange"})


def test_every_adapter_has_a_setting() -> None:
    assert set(EXCHANGES) == set(exchanges.EXCHANGES)


async def test_an_exchange_is_asked_where_the_setting_says() -> None:
    urls = {name: "http://127.0.0.1:9" for name in EXCHANGES}
    for provider in create(EXCHANGES, Surroundings(FrozenClock(NOW), urls=urls)):
        with pytest.raises(Unavailable, match="127.0.0.1:9 cannot be reached"):
            await provider.listings()
        await provider.aclose()
