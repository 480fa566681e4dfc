"""``python -m benchmark.finetune``: LoRA fine-tuning on the training split of a set of questions.

What it leaves in ``--out`` is a model for ``pytest suites --model``. Exit status 0, 4 after an
error, or 2 if interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import CultureError
from benchmark.finetune.options import add_options, given
from benchmark.finetune.parser import WRONG, Parser
from benchmark.finetune.running import checked_recipe, run
from benchmark.settings import default_cache

INTERRUPTED = 2  # as pytest has it
EPILOG = """\
  python -m benchmark.finetune --model qwen2.5-vl-3b --data questions --out tuned
  python -m benchmark.finetune --config tuned.toml --hold-out region:Africa --out tuned
  python -m benchmark.finetune --out tuned --resume     continue after an interruption
"""


def arguments() -> argparse.ArgumentParser:
    """The options: a recipe, and where things are."""
    parser = Parser(
        prog="python -m benchmark.finetune",
        description="Tune a model with LoRA adapters on the training split of questions about "
        "pictures, with the prompt that suites/cultureverse asks (docs/finetuning.md).",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="an empty folder")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="these options as TOML; the command line wins"
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue what was begun in the folder"
    )
    add_options(parser)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Tune, or say in one sentence why not."""
    typed = arguments().parse_args(words)
    cache = default_cache()
    folder: Path = typed.out.expanduser()
    try:
        recipe = checked_recipe(given(typed, typed.config), folder, resume=typed.resume)
        run(recipe, folder, cache=cache, resume=typed.resume, say=_say)
    except CultureError as problem:
        sys.stderr.write(f"{problem}\n")
        return WRONG
    except KeyboardInterrupt:
        sys.stderr.write(
            f"interrupted; --out {folder} --resume continues from the last checkpoint\n"
        )
        return INTERRUPTED
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
