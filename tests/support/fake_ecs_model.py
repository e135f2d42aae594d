"""ECS's own description of itself, from botocore: what may be asked and what may be answered.

botocore checks a request's types but no enums, and of an answer nothing at all. This checks both.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

# Of every service, so no operation lists them.
_COMMON_ERRORS = {"ThrottlingException", "AccessDeniedException", "InternalFailure"}
_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "boolean": bool,
}


class NotAsDescribed(Exception):
    """Where a request or an answer is not what the model describes."""


@cache
def model() -> ServiceModel:
    """The description that the installed botocore has of ECS."""
    return ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")


def check(shape: Any, value: Any, *, but: frozenset[str] = frozenset()) -> None:
    """Hold a value to a shape.

    Args:
        but: Words that a newer ECS may say although this description has no such word.

    Raises:
        NotAsDescribed: With every place where it differs.
    """
    if wrong := list(_wrong(shape, value, shape.name, but)):
        raise NotAsDescribed("; ".join(wrong))


def check_error(operation: str, code: str) -> None:
    """Hold an error to those that an operation may end with.

    Raises:
        NotAsDescribed: If it never does.
    """
    known = {shape.name for shape in model().operation_model(operation).error_shapes}
    if code not in known | _COMMON_ERRORS:
        raise NotAsDescribed(f"{operation} does not end with {code}")


def _wrong(shape: Any, value: Any, at: str, but: frozenset[str]) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    if shape.type_name == "structure":
        yield from _wrong_structure(shape, value, at, but)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield f"{at} is no list"
            return
        for number, item in enumerate(value):
            yield from _wrong(shape.member, item, f"{at}[{number}]", but)
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _wrong(shape.key, key, f"{at} key", but)
            yield from _wrong(shape.value, item, f"{at}.{key}", but)
    elif not isinstance(value, _KINDS[shape.type_name]) or (
        isinstance(value, bool) and shape.type_name != "boolean"
    ):
        yield f"{at} is no {shape.type_name}: {value!r}"
    elif (known := shape.metadata.get("enum")) and value not in known and value not in but:
        yield f"{at} is {value!r}, not one of {', '.join(known)}"


def _wrong_structure(shape: Any, value: Any, at: str, but: frozenset[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is no structure"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{at} lacks {name}"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{at} has no {name}"
        else:
            yield from _wrong(shape.members[name], item, f"{at}.{name}", but)
