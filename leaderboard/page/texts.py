"""Generated texts by request key, from response stores and bundles; missing ones are left out.

Knows stores and bundles; not what was asked. It writes nothing: a path without a store is an
error, whereas the store itself would create one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmark.engine.store import ResponseStore, is_store
from benchmark.errors import BoardProblem
from benchmark.records import Answer, Text
from benchmark.replay import bundle


class Texts:
    """Finds the texts for request keys; falsy if no store or bundle was given."""

    def __init__(
        self, stores: Sequence[ResponseStore] = (), answers: Sequence[Mapping[str, Answer]] = ()
    ) -> None:
        self._stores, self._answers = stores, answers

    def __bool__(self) -> bool:
        return bool(self._stores or self._answers)

    def __call__(self, keys: Sequence[str]) -> dict[str, Text]:
        """The texts among the answers to these keys."""
        found: dict[str, Answer] = {
            key: answers[key] for answers in self._answers for key in keys if key in answers
        }
        for store in self._stores:
            found |= store.get([key for key in keys if key not in found])
        return {key: answer for key, answer in found.items() if isinstance(answer, Text)}


@contextmanager
def open_texts(stores: Sequence[Path], bundles: Sequence[Path]) -> Iterator[Texts]:
    """The texts in these stores and bundles, or folders of bundles; closes the stores after."""
    for path in stores:
        if not path.is_file():
            raise BoardProblem(
                f"response store {path} does not exist; name the file that `pytest --store` wrote"
            )
        if not is_store(path):  # checked before opening, which would make it one
            raise BoardProblem(
                f"{path} is not a response store; name the file that `pytest --store` wrote"
            )
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(ResponseStore(path))) for path in stores]
        yield Texts(opened, [bundle.read(path).answers for path in _files(bundles)])


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        inside = sorted(path.rglob("*.zip")) if path.is_dir() else [path]
        if not inside:
            raise BoardProblem(f"folder {path} holds no bundle (*.zip)")
        yield from inside
