"""How replies are written."""

import re
from decimal import Decimal

import msgspec

_EXPONENT = re.compile(rb'"(-?\d+(?:\.\d+)?E[+-]\d+)"')


def encode(body: msgspec.Struct) -> bytes:
    """Write a struct as JSON, numbers without exponents: `"0.00000001"`, not `"1E-8"`."""
    return _EXPONENT.sub(_in_full, msgspec.json.encode(body))


def _in_full(match: re.Match[bytes]) -> bytes:
    return f'"{Decimal(match[1].decode()):f}"'.encode()
