"""Telegram's HTML: a strict reader that answers with the texts of the real one.

The whole grammar: the tags in `_KINDS`, attributes in quotes or as bare words, the four named
references `&lt; &gt; &amp; &quot;` and numeric ones. Anything else after a `<` is an error.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, NoReturn

from playground.entities import Entity, units
from playground.refusals import bad_request

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,8}|#x[0-9a-fA-F]{1,8});")
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_UNIX_TIME = re.compile(r"[0-9]{1,10}")
_LINK = re.compile(r"(?:https?|tg|ton|mailto|tel):\S+", re.IGNORECASE)
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
        source = self._source
        while self._at < len(source):
            tag_at = source.find("<", self._at)
            if tag_at < 0:
                self._write(source[self._at :])
                break
            self._write(source[self._at : tag_at])
            self._at = tag_at
            if source.startswith("</", tag_at):
                self._end_tag()
            else:
                self._start_tag()
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
        if name not in _KINDS:
            _fail(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        attributes: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._at >= len(self._source):
                _fail(f"Unclosed start tag at byte offset {self._byte(begin)}")
            if self._source[self._at] == ">":
                self._at += 1
                break
            key, value = self._attribute(name, begin)
            attributes.setdefault(key, value)
        self._check(name, attributes, begin)
        self._open.append(_Tag(name, attributes, self._units, len(self._pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        key = self._until(_SPACE + "=>", begin, "start tag").lower()
        if not key:
            _fail(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(self._at)}')
        self._skip_space()
        if not self._source.startswith("=", self._at):
            return key, ""
        self._at += 1
        self._skip_space()
        quote = self._source[self._at : self._at + 1]
        if quote not in ('"', "'"):
            return key, self._until(_SPACE + ">", begin, "start tag").lower()
        end = self._source.find(quote, self._at + 1)
        if end < 0:
            _fail(f"Unclosed start tag at byte offset {self._byte(begin)}")
        value = _visible(self._source[self._at + 1 : end])
        self._at = end + 1
        return key, value

    def _check(self, name: str, attributes: dict[str, str], begin: int) -> None:
        where = f"at byte offset {self._byte(begin)}"
        if name == "span" and attributes.get("class") != "tg-spoiler":
            _fail(f'Tag "span" must have class "tg-spoiler" {where}')
        if name == "tg-emoji" and not attributes.get("emoji-id", "").isdecimal():
            _fail(f"Invalid custom emoji identifier specified {where}")
        if name == "tg-time":
            if not _UNIX_TIME.fullmatch(attributes.get("unix", "")):
                _fail(f'Tag "tg-time" must have a number in attribute "unix" {where}')
            if not _TIME_FORMAT.fullmatch(attributes.get("format", "")):
                _fail(f'Tag "tg-time" has an unknown attribute "format" {where}')

    def _end_tag(self) -> None:
        begin = self._at
        self._at += 2
        name = self._until(_SPACE + ">", begin, "end tag").lower()
        self._skip_space()
        if not self._source.startswith(">", self._at):
            _fail(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self._at += 1
        where = f"at byte offset {self._byte(begin)}"
        if not self._open:
            _fail(f"Unexpected end tag {where}")
        tag = self._open.pop()
        if name and name != tag.name:
            _fail(f'Unmatched end tag {where}, expected "</{tag.name}>", found "</{name}>"')
        self._close(tag)

    def _close(self, tag: _Tag) -> None:
        length = self._units - tag.opened_at
        entity = {"type": _KINDS[tag.name], "offset": tag.opened_at, "length": length}
        entity.update(_details(tag, "".join(self._pieces[tag.text_from :])))
        if tag.name == "pre" and self._entities:
            entity = self._with_language(entity)
        if length and not (tag.name == "a" and "url" not in entity):
            self._entities.append(entity)

    def _with_language(self, pre: Entity) -> Entity:
        """`<pre><code class="language-x">` is one block of language x."""
        code = self._entities[-1]
        same_text = (code["offset"], code["length"]) == (pre["offset"], pre["length"])
        if code["type"] == "code" and same_text:
            self._entities.pop()
            if "language" in code:
                return {**pre, "language": code["language"]}
        return pre

    def _until(self, stops: str, begin: int, what: str) -> str:
        start = self._at
        while self._at < len(self._source):
            if self._source[self._at] in stops:
                return self._source[start : self._at]
            self._at += 1
        _fail(f"Unclosed {what} at byte offset {self._byte(begin)}")

    def _skip_space(self) -> None:
        while self._at < len(self._source) and self._source[self._at] in _SPACE:
            self._at += 1

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode("utf-8", "surrogatepass"))


def _details(tag: _Tag, text: str) -> dict[str, Any]:
    attributes = tag.attributes
    if tag.name == "a":
        url = attributes.get("href") or text
        if not _LINK.fullmatch(url):
            url = f"http://{url}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+\S*", url) else ""
        return {"url": url} if url else {}
    if tag.name == "code" and attributes.get("class", "").startswith("language-"):
        return {"language": attributes["class"].removeprefix("language-")}
    if tag.name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if tag.name == "tg-emoji":
        return {"custom_emoji_id": attributes["emoji-id"]}
    if tag.name == "tg-time":
        form = attributes.get("format")
        return {
            "unix_time": int(attributes["unix"]),
            **({"date_time_format": form} if form else {}),
        }
    return {}


def _visible(raw: str) -> str:
    return _REFERENCE.sub(lambda match: unescape(match[0]), raw)


def _fail(reason: str) -> NoReturn:
    bad_request(f"can't parse entities: {reason}")
