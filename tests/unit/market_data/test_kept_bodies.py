"""Bodies kept for a moment: which, for how long, and how many."""

from market_data.routes.kept_bodies import Body, Headers, KeptBodies, body_of

KEY = (b"/v1/candles/BTC", b"tf=1h")


def made(raw: bytes, control: str = "max-age=60", now: float = 0.0) -> Body:
    headers: Headers = [(b"cache-control", control.encode()), (b"content-length", b"9")]
    return body_of("endpoint", headers, raw, now)


def test_a_body_is_sent_again_for_a_second() -> None:
    kept = KeptBodies()
    body = kept.put(KEY, made(b"[1]"))

    assert kept.get(KEY, 0.9) is body and kept.get(KEY, 1.0) is None
    assert kept.get((b"/v1/candles/ETH", b"tf=1h"), 0.0) is None


def test_a_price_is_told_anew_after_half_a_second() -> None:
    body = made(b'{"age_ms":5}', "max-age=1")

    assert body.weak and body.lasts == 0.5


def test_nothing_outlasts_its_max_age() -> None:
    kept = KeptBodies()
    kept.put(KEY, made(b"[1]", "max-age=0"))
    kept.put((b"/v1/providers", b""), body_of("endpoint", [], b"{}", 0.0))

    assert kept.get(KEY, 0.0) is None and kept.get((b"/v1/providers", b""), 0.0) is None


def test_the_same_content_stays_the_same_bytes() -> None:
    kept = KeptBodies()
    first = kept.put(KEY, made(b'{"age_ms":5,"close":["1"]}'))
    second = kept.put(KEY, made(b'{"age_ms":9,"close":["1"]}', "max-age=50", now=3.0))
    third = kept.put(KEY, made(b'{"age_ms":9,"close":["2"]}', now=6.0))

    assert second is first and (b"cache-control", b"max-age=50") in second.headers
    assert kept.get(KEY, 6.5) is third and third.tag != first.tag


def test_a_price_of_the_same_content_is_a_new_body_with_the_same_weak_tag() -> None:
    kept = KeptBodies()
    first = kept.put(KEY, made(b'{"age_ms":5,"price":"1"}', "max-age=1"))
    second = kept.put(KEY, made(b'{"age_ms":905,"price":"1"}', "max-age=1", now=0.9))

    assert second is not first and second.tag == first.tag and b"905" in second.raw


def test_the_longest_unused_bodies_make_room() -> None:
    kept = KeptBodies(most_bytes=600)
    keys = [(b"/v1/candles/BTC", b"limit=%d" % n) for n in range(4)]
    for key in keys[:3]:
        kept.put(key, made(b"x" * 100))
    kept.get(keys[0], 0.1)
    kept.put(keys[3], made(b"x" * 100))

    assert [kept.get(key, 0.2) is not None for key in keys] == [True, False, True, True]


def test_putting_the_same_again_takes_no_more_room() -> None:
    kept = KeptBodies(most_bytes=600)
    other = (b"/v1/candles/ETH", b"")
    kept.put(other, made(b"x" * 100))
    for n in range(50):
        kept.put(KEY, made(b"y" * 99 + b"%d" % (n % 2)))

    assert kept.get(other, 0.0) is not None


def test_what_depends_on_the_way_of_sending_is_not_kept() -> None:
    assert made(b"[1]").headers == [(b"cache-control", b"max-age=60")]
