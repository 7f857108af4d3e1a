"""Do much on all cores, and tell how much it was."""

import os
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Order = TypeVar("Order")
Result = TypeVar("Result")


def chosen_seed() -> int:
    """A new seed each time; always the same under CI, and the one in WECARD_SEED if it is set."""
    if "WECARD_SEED" in os.environ:
        return int(os.environ["WECARD_SEED"])
    return 0 if "CI" in os.environ else random.SystemRandom().getrandbits(32)


def on_all_cores(work: Callable[[Order], Result], orders: Iterable[Order]) -> list[Result]:
    """Do each order in one of several processes; the results come in the orders' order."""
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        return list(pool.map(work, orders, chunksize=1))
