"""The bot's catalogues of texts: gathered from the code, complete, and compiled.

Each language has a `messages.po`, which people edit, and a `messages.mo`, which the bot reads. Both
hold no line numbers and no dates, so that they change only with the texts.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from local.environment import ROOT

CODE = ROOT / "services/telegram-bot/telegram_bot"
LOCALES = CODE / "locale"
Text = str | tuple[str, ...]  # a text, or the forms of one for one thing and for many
_KEYWORDS = {"_": None, "plural": (1, 2), "later": None}
_HEADER = "# Texts of the bot. Edit the translations, then run `make generated`."
_NAME = re.compile(r"\{\w*\}")
_TAG = re.compile(r"</?[a-z-]+")


class _Undated(Catalog):
    """A catalogue whose header says only what a program must know."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", self.plural_forms),
            ("Language", str(self.locale)),
        ]

    @mime_headers.setter
    def mime_headers(self, value: object) -> None:
        """Forget what a file said about itself."""


def check(*, write: bool = False, locales: Path = LOCALES, code: Path = CODE) -> list[str]:
    """Return what is wrong with the catalogues, one sentence each.

    Args:
        write: Bring them up to date first: new texts come without a translation.
    """
    found: list[str] = []
    for source in sorted(locales.glob("*/LC_MESSAGES/messages.po")):
        found += _check(source, _texts(code), write)
    return found or ([] if any(locales.iterdir()) else [f"{locales} holds no catalogue."])


def _check(source: Path, texts: list[Text], write: bool) -> list[str]:
    name = source.relative_to(source.parents[3])
    compiled = source.with_suffix(".mo")
    catalogue = _updated(source, texts)
    wanted, binary = _source(catalogue), _binary(catalogue)
    if write:
        source.write_bytes(wanted)
        compiled.write_bytes(binary)
    problems = [f"{name}: {said}" for said in _incomplete(catalogue)]
    if source.read_bytes() != wanted:
        problems.append(f"{name} does not hold the texts of the code: run `make generated`.")
    elif not compiled.exists() or compiled.read_bytes() != binary:
        problems.append(f"{name} was not compiled: run `make generated`.")
    return problems


def _texts(code: Path) -> list[Text]:
    """Return what stands in `_()`, `plural()` and `later()` anywhere in the code."""
    found = extract_from_dir(code, method_map=[("**.py", "python")], keywords=_KEYWORDS)
    return [text for _, _, text, _, _ in found if text]


def _updated(source: Path, texts: list[Text]) -> Catalog:
    """Return today's texts with the translations that there are."""
    language = source.parents[1].name
    with source.open("rb") as file:
        before = read_po(file, locale=language)
    catalogue = _Undated(locale=language, header_comment=_HEADER, fuzzy=False)
    for text in texts:
        known = before.get(text if isinstance(text, str) else text[0])
        flags = known.flags & {"fuzzy"} if known else ()
        catalogue.add(text, known.string if known and _fits(known, text) else "", flags=flags)
    return catalogue


def _fits(known: Message, text: Text) -> bool:
    return known.pluralizable == isinstance(text, tuple)


def _source(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=100, no_location=True, sort_output=True)
    return file.getvalue()


def _binary(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _incomplete(catalogue: Catalog) -> Iterator[str]:
    """Say which translations are missing, doubtful, or lack a name or a tag of the original."""
    for message in catalogue:
        if not message.id:
            continue
        forms, original = _all(message.string), _all(message.id)
        said = repr(original[0])
        if not all(forms):
            yield f"{said} is not translated."
        elif message.fuzzy:
            yield f"{said} is marked as doubtful (fuzzy)."
        elif _marks(forms[-1]) != _marks(original[-1]):
            yield f"{said} has other names in braces, or other tags, than its translation."


def _all(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _marks(text: str) -> Counter[str]:
    return Counter(_NAME.findall(text) + _TAG.findall(text))
