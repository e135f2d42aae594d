"""Telegram's HTML: a strict reader that answers with the texts of the real one.

The whole grammar: the tags of `tags.py`, attributes in quotes or as bare words, the four named
references `&lt; &gt; &amp; &quot;` and numeric ones. Anything else behind a `<` is an error.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import NoReturn

from playground.entities import Entity, units
from playground.refusals import bad_request
from playground.tags import KINDS, complaint, meaning

_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,8}|#x[0-9a-fA-F]{1,8});")
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    attributes: dict[str, str]
    opened_at: int  # where its text starts, in UTF-16 units
    text_from: int  # where its text starts, in pieces of the output


def parse(source: str) -> tuple[str, list[Entity]]:
    """Return the visible text of `source` and its entities, in the order in which they close.

    Raises:
        Refusal: 400 with `can't parse entities: ...`, as Telegram words it.
    """
    return _Reader(source).read()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._pieces: list[str] = []
        self._units = 0
        self._open: list[_Tag] = []
        self._entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while (tag_at := self._source.find("<", self._at)) >= 0:
            self._write(self._source[self._at : tag_at])
            self._at = tag_at
            if self._source.startswith("</", tag_at):
                self._end_tag()
            else:
                self._start_tag()
        self._write(self._source[self._at :])
        if self._open:
            _fail(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        for entity in self._entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self._pieces), self._entities

    def _write(self, raw: str) -> None:
        text = _visible(raw)
        self._pieces.append(text)
        self._units += units(text)

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._until(_SPACE + ">", begin, "start tag").lower()
        if name not in KINDS:
            _fail(f'Unsupported start tag "{name}"{self._place(begin)}')
        attributes: dict[str, str] = {}
        while self._next_character(begin) != ">":
            key, value = self._attribute(name, begin)
            attributes.setdefault(key, value)
        self._at += 1
        wrong = complaint(name, attributes)
        if wrong:
            _fail(f"{wrong}{self._place(begin)}")
        self._open.append(_Tag(name, attributes, self._units, len(self._pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        key = self._until(_SPACE + "=>", begin, "start tag").lower()
        if not key:
            _fail(f'Empty attribute name in the tag "{tag}"{self._place(self._at)}')
        if self._next_character(begin) != "=":
            return key, ""
        self._at += 1
        quote = self._next_character(begin)
        if quote not in "\"'":
            return key, self._until(_SPACE + ">", begin, "start tag").lower()
        self._at += 1
        value = _visible(self._until(quote, begin, "start tag"))
        self._at += 1
        return key, value

    def _end_tag(self) -> None:
        begin = self._at
        self._at += 2
        name = self._until(_SPACE + ">", begin, "end tag").lower()
        if self._next_character(begin, "end tag") != ">":
            _fail(f"Unclosed end tag{self._place(begin)}")
        self._at += 1
        if not self._open:
            _fail(f"Unexpected end tag{self._place(begin)}")
        tag = self._open.pop()
        if name and name != tag.name:
            _fail(
                f"Unmatched end tag{self._place(begin)}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        self._close(tag)

    def _close(self, tag: _Tag) -> None:
        length = self._units - tag.opened_at
        meant = meaning(tag.name, tag.attributes, "".join(self._pieces[tag.text_from :]))
        if not length or not meant:
            return
        entity = {**meant, "offset": tag.opened_at, "length": length}
        if tag.name == "pre" and self._entities and _same_text(self._entities[-1], entity):
            inner = self._entities.pop()  # <pre><code class="language-x"> is one block
            entity.update({"language": inner["language"]} if "language" in inner else {})
        self._entities.append(entity)

    def _until(self, stops: str, begin: int, what: str) -> str:
        start = self._at
        while self._at < len(self._source):
            if self._source[self._at] in stops:
                return self._source[start : self._at]
            self._at += 1
        _fail(f"Unclosed {what}{self._place(begin)}")

    def _next_character(self, begin: int, what: str = "start tag") -> str:
        """Skip space and return the character there, without passing it."""
        while self._at < len(self._source):
            if self._source[self._at] not in _SPACE:
                return self._source[self._at]
            self._at += 1
        _fail(f"Unclosed {what}{self._place(begin)}")

    def _place(self, position: int) -> str:
        before = self._source[:position].encode("utf-8", "surrogatepass")
        return f" at byte offset {len(before)}"


def _same_text(code: Entity, block: Entity) -> bool:
    return code["type"] == "code" and all(
        code[name] == block[name] for name in ("offset", "length")
    )


def _visible(raw: str) -> str:
    return _REFERENCE.sub(lambda match: unescape(match[0]), raw)


def _fail(reason: str) -> NoReturn:
    bad_request(f"can't parse entities: {reason}")
