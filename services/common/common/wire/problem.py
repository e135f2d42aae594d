"""What stands in the place of an answer: RFC 9457."""

import msgspec


class Problem(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """RFC 9457 `application/problem+json`.

    Attributes:
        type: A stable address under `/problems/`; `code` is its last part.
        detail: A sentence for people that says what would work.
        instance: The request's id: the reference that the log line carries too.
        asked: The words of the request that this is about.
        suggestions: Listed base assets, best first, with `unknown-symbol`.
        have, need: Numbers of closed candles, with `not-enough-history`.
        retry_after_s: When asking again makes sense.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str = ""
    asked: str | None = None
    symbol: str | None = None
    suggestions: list[str] | None = None
    have: int | None = None
    need: int | None = None
    retry_after_s: float | None = None
