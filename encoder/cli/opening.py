"""Open the readers of an order, each weighed against what the job needs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from encoder.chips.models import MODELS
from encoder.cli.jobs import STORAGE_ONLY_LIMITS, check_storage_only
from encoder.cli.limits import WeighedField
from encoder.cli.order import Order
from encoder.readers import Field, open_field

Warn = Callable[[str], None]


@contextmanager
def open_readers(order: Order, *, cards: int, warn: Warn) -> Iterator[list[tuple[str, Field]]]:
    """Open all readers; one that passes storage commands only must be enough for the job.

    ``cards`` is how many a box of virtual ones shall hold.

    Raises:
        EncoderError: a reader cannot be opened, or is not enough.
    """
    chip = MODELS[order.job.policy.chips[0]]
    with ExitStack() as stack:
        opened: list[tuple[str, Field]] = []
        for path in order.readers:
            field = stack.enter_context(
                open_field(path, cards=cards, chip=chip, on_trouble=partial(_warn_of, warn, path))
            )
            learned = partial(_learn_storage_only, order, path, warn)
            opened.append((path, WeighedField(field, learned)))
        yield opened


def _warn_of(warn: Warn, path: str, trouble: str) -> None:
    warn(f"{path}: {trouble}")


def _learn_storage_only(order: Order, path: str, warn: Warn) -> None:
    check_storage_only(order.job, order.mirror, path)
    warn(f"{path} {STORAGE_ONLY_LIMITS}")
