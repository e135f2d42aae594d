"""How replies are written."""

import re
from decimal import Decimal

import msgspec

# Two digits are more than any number of ours has. What somebody asked for may look like a number
# too, and one with nine would be written as a gigabyte of zeros.
_EXPONENT = re.compile(rb'"(-?\d+(?:\.\d+)?E[+-]\d{1,2})"')


def encode(body: msgspec.Struct) -> bytes:
    """Write a struct as JSON, numbers without exponents: `"0.00000001"`, not `"1E-8"`."""
    return _EXPONENT.sub(_in_full, msgspec.json.encode(body))


def _in_full(match: re.Match[bytes]) -> bytes:
    return f'"{Decimal(match[1].decode()):f}"'.encode()
