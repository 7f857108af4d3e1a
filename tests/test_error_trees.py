"""Each package's tree of errors is the one its docstring draws."""

import re
from types import ModuleType

import pytest

import encoder.errors
import landing.contract.errors
import landing.errors

TREES = [encoder.errors, landing.errors, landing.contract.errors]
_NODE = re.compile(r"^(?P<indent>[ │├└─]*)(?P<name>[A-Z]\w+(?:Error|Refused|Refusal|Lost))\b")


@pytest.mark.parametrize("module", TREES, ids=lambda module: module.__name__)
def test_drawn_tree_is_the_tree(module: ModuleType) -> None:
    assert _drawn(module.__doc__ or "") == _defined(module)


@pytest.mark.parametrize("module", TREES, ids=lambda module: module.__name__)
def test_every_error_says_what_to_do(module: ModuleType) -> None:
    for name in _defined(module):
        assert getattr(module, name).hint.strip(), name


def test_tree_with_a_forgotten_leaf_is_found() -> None:
    drawing = (landing.errors.__doc__ or "").replace("DataError", "Data")

    assert _drawn(drawing) != _defined(landing.errors)


def _drawn(text: str) -> dict[str, str]:
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        node = _NODE.match(line)
        if not node:
            continue
        depth = len(node["indent"])
        above = [entry for entry in above if entry[0] < depth]
        parents[node["name"]] = above[-1][1] if above else ""
        above.append((depth, node["name"]))
    return parents


def _defined(module: ModuleType) -> dict[str, str]:
    own = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__ == module.__name__
    }
    bases = {name: value.__mro__[1].__name__ for name, value in own.items()}
    return {name: base if base in own else "" for name, base in bases.items()}
