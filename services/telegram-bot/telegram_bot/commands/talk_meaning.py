"""What a sentence comes to: a command, or a question about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sure:
    """A command without its slash, for example `alert BTC -5%`.

    Attributes:
        bare: Whether the person typed that command themselves, only without its slash.
    """

    command: str
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """A sentence that can mean several commands.

    Attributes:
        question: Plain text.
        choices: Commands without their slash, each to be taken by a tap.
    """

    question: str
    choices: tuple[str, ...] = ()


Meaning = Sure | Unsure
