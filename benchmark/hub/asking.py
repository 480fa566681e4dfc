"""One way to ask the Hub: the form of its names, timeouts, and errors in words.

Knows huggingface_hub, which is imported when something is asked; not what is asked for. No message
carries a token, nor an address, which might hold one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from benchmark.errors import HubProblem

REPO_ID = r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*"  # a pattern for ORG/NAME
COMMIT = re.compile(r"[0-9a-f]{40}")
TIMEOUT_S = 20.0
LOGIN = "log in with `hf auth login`, or set HF_TOKEN"
NOT_THERE = f"it is not there, or not for this token (404); check the name, or {LOGIN}"

NAMED = {  # errors of huggingface_hub that say more than their status
    "OfflineModeIsEnabled": "HF_HUB_OFFLINE forbids network use",
    "HFValidationError": "the Hub has no names like that; give it as ORG/NAME",
    "GatedRepoError": f"it is gated ({{code}}); accept its terms on its page and {LOGIN}",
    "RevisionNotFoundError": "it has no such revision ({code})",
}


def is_repo_id(text: str) -> bool:
    """Whether a text is of the form ORG/NAME."""
    return re.fullmatch(REPO_ID, text) is not None


@contextmanager
def asking(doing: str, *, otherwise: str = "") -> Iterator[None]:
    """Turn what huggingface_hub raises into a `HubProblem`; none of our errors may arise inside.

    ``doing`` completes “cannot …”, and ``otherwise`` says what works without the Hub.
    """
    from huggingface_hub import errors

    transport = vars(errors)["HTTPError"]  # of httpx or httpx2, by the version installed
    try:
        yield
    except (OSError, ValueError, RuntimeError, transport) as error:
        end = f"; {otherwise}" if otherwise else ""
        raise HubProblem(f"cannot {doing}: {in_words(error)}{end}") from error


def in_words(error: BaseException) -> str:
    """What went wrong, by class names and codes only, since texts may hold addresses."""
    names = [type(link).__name__ for link in _chain(error)]
    code = status(error)
    for name, words in NAMED.items():
        if name in names:
            return words.format(code=code)
    match code:
        case 401:
            return f"the Hub does not know who asks, or it is not there (401); {LOGIN}"
        case 403:
            return (
                "the token may not do that (403); use one that may, or accept its terms on its page"
            )
        case 404:
            return NOT_THERE
        case 412:
            return "somebody else changed it in the meantime, again and again (412); try again"
        case 429:
            return "the Hub asks for a pause (429); try again in some minutes"
        case None:
            return f"the Hub cannot be reached, or sent nothing readable ({names[-1]}); try again"
        case code if code >= 500:
            return f"the Hub is out of order ({code}); try again later"
        case code:
            return f"the Hub answered with an error ({code})"


def refused(problem: HubProblem) -> bool:
    """Whether the Hub itself said no, so that no older copy may stand in for its answer."""
    from huggingface_hub import errors

    return isinstance(
        problem.__cause__,
        errors.RepositoryNotFoundError | errors.RevisionNotFoundError | errors.HFValidationError,
    )


def status(error: BaseException) -> int | None:
    """The HTTP status behind an error, the innermost one; None where no answer came."""
    codes = [
        code
        for link in _chain(error)
        if isinstance(code := getattr(getattr(link, "response", None), "status_code", None), int)
    ]
    return codes[-1] if codes else None


def header(error: BaseException, name: str) -> str:
    """A header of the answer behind an error; empty where there is none."""
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None)
        if headers is not None and name in headers:
            return str(headers[name])
    return ""


def _chain(error: BaseException) -> list[BaseException]:
    """The error and its causes, outermost first."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    return chain
