"""Generated texts by request key, from response stores and bundles; an absent one is absent.

Knows stores and bundles; not what was asked. Nothing is written: a path without a store is an
error, where the store itself would make one.
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
    """What was found of the texts that were asked for; falsy where nothing was given."""

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
    """The texts in these stores and bundles, or folders of bundles; stores are closed after."""
    for path in stores:
        if not path.is_file():
            raise BoardProblem(
                f"response store {path} is not there; name the file that `pytest --store` wrote to"
            )
        if not is_store(path):  # asked before it is opened, as opening would make it one
            raise BoardProblem(
                f"{path} is no response store; name the file that `pytest --store` wrote to"
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
