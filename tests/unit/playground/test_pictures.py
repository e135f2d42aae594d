"""Picture sizes out of the first bytes."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from playground.pictures import media_type, size
from tests.support.png import png

FRAME = b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 480, 640) + bytes(10)
JPEG = b"\xff\xd8" + b"\xff\xe0" + struct.pack(">H", 16) + bytes(14) + b"\xff\x01\xff" + FRAME


def test_a_png_tells_its_size() -> None:
    assert (media_type(png(7, 5)), size(png(7, 5))) == ("image/png", (7, 5))


def test_a_jpeg_tells_its_size_behind_other_segments() -> None:
    assert (media_type(JPEG), size(JPEG)) == ("image/jpeg", (640, 480))


def test_something_else_has_none() -> None:
    assert (media_type(b"GIF89a"), size(b"GIF89a")) == (None, None)
    assert size(png(7, 5)[:20]) is None
    assert size(JPEG[:30]) is None


@given(st.binary(max_size=64), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_break_it(content: bytes, head: bytes) -> None:
    found = size(head + content)

    assert found is None or min(found) > 0
