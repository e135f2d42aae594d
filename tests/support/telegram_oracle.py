"""Judges of the Bot API that are not ours: aiogram for requests, python-telegram-bot for answers.

Importing aiogram takes seconds, so the first oracle of a session does it, before anybody waits.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from telegram import TelegramObject

from playground.parameters import Upload


class RequestOracle:
    """Judges every request that reaches the playground; pass it as `on_request`.

    Attributes:
        calls: What came, as (lower-case method, parameters).
        problems: What aiogram's model of the method does not allow; empty when all is well.
    """

    def __init__(self) -> None:
        _models()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[str] = []

    def __call__(self, method: str, parameters: dict[str, Any]) -> None:
        self.calls.append((method, parameters))
        self.problems.extend(f"{method}: {problem}" for problem in problems(method, parameters))

    def named(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of one method."""
        return [parameters for name, parameters in self.calls if name == method.lower()]


def problems(method: str, parameters: dict[str, Any]) -> list[str]:
    """Return what aiogram objects to in one request: types, missing and unknown parameters."""
    model = _models().get(method.lower())
    if model is None:
        return ["aiogram knows no such method"]
    attached = {name for name in parameters if f"attach://{name}" in str(parameters)}
    values = {name: _for_aiogram(parameters[name]) for name in parameters.keys() - attached}
    unknown = sorted(values.keys() - model.model_fields.keys())
    try:
        judged = model.model_validate(values)
    except ValueError as error:
        return [str(error)]
    nested = [
        f"unknown field {path}"
        for field in values
        for path in _extra(getattr(judged, field, None), field)
    ]
    return [*(f"unknown parameter {name}" for name in unknown), *nested]


def misunderstood(answer: object) -> list[str]:
    """Return the names in an answer that python-telegram-bot had no place for."""
    if isinstance(answer, list | tuple):
        return [name for item in answer for name in misunderstood(item)]
    if not isinstance(answer, TelegramObject):
        return []
    names = [f"{type(answer).__name__}.{name}" for name in answer.api_kwargs]
    slots = {slot for kind in type(answer).__mro__ for slot in getattr(kind, "__slots__", ())}
    for slot in slots - {"_bot"}:
        names.extend(misunderstood(getattr(answer, slot, None)))
    return names


@cache
def _models() -> dict[str, Any]:
    from aiogram import methods

    return {
        model.__api_method__.lower(): model
        for model in vars(methods).values()
        if isinstance(getattr(model, "__api_method__", None), str)
    }


def _for_aiogram(value: Any) -> Any:
    if isinstance(value, Upload):
        from aiogram.types import BufferedInputFile

        return BufferedInputFile(value.content, value.name)
    return value


def _extra(value: Any, path: str) -> Iterator[str]:
    from pydantic import BaseModel

    if isinstance(value, list):
        for item in value:
            yield from _extra(item, path)
    elif isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{path}.{name}"
        for name in type(value).model_fields:
            yield from _extra(getattr(value, name), f"{path}.{name}")
