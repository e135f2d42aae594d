"""What every method is: a coroutine from the world and the parameters to the result."""

from collections.abc import Awaitable, Callable
from typing import Any

from playground.parameters import Parameters
from playground.world import World

Method = Callable[[World, Parameters], Awaitable[Any]]
