"""`python -m local <verb>`: what the words of the Makefile call."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

VERBS = {
    "run": "local.run",
    "test": "local.test",
    "reasons": "local.reasons",
    "check": "local.check",
    "locks": "local.locks",
    "migrations": "local.migrations",
    "lock": "local.locks",
    "prove": "local.prove",
    "previous": "local.previous",
}


def main(arguments: Sequence[str]) -> int:
    """Hand the rest of the words to the verb's own file."""
    verb = arguments[0] if arguments else ""
    if verb not in VERBS:
        print(f"usage: python -m local {'|'.join(VERBS)}", file=sys.stderr)
        return 2
    answer: Callable[[Sequence[str]], int] = import_module(VERBS[verb]).main
    return answer(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
