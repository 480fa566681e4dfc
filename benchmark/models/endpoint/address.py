"""The name of a model behind a server: ``endpoint:URL#model``, without credentials.

Looks at text only; asks no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmark.errors import UsageProblem
from benchmark.vocabulary import ENDPOINT

FORM = "write endpoint:http://HOST:PORT/v1#MODEL"
KEYS = "CULTURE_API_KEY or OPENAI_API_KEY"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """``url`` is the base of the API, without a closing slash; ``model`` the served name."""

    url: str
    model: str

    @property
    def model_id(self) -> str:
        return f"{self.url}#{self.model}"

    @property
    def root(self) -> str:
        """The base of paths outside the OpenAI API, such as ``/tokenize``."""
        return self.url.removesuffix("/v1")


def parse_address(name: str) -> Address:
    """The address in ``endpoint:URL#model``.

    Raises
    ------
    UsageProblem
        It has another form, or holds credentials, which would be in every file of the run.

    Examples
    --------
    >>> parse_address("endpoint:HTTP://Localhost:8000/v1/#org/name").model_id
    'http://localhost:8000/v1#org/name'
    """
    url, _, model = name.removeprefix(ENDPOINT).partition("#")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is not a number raises here
    except ValueError as error:
        raise UsageProblem(f"--model {ENDPOINT}… has no valid URL ({error}); {FORM}") from None
    if "@" in parts.netloc:
        raise UsageProblem(
            f"--model {ENDPOINT}… holds credentials before the host {host}, and names are stored "
            f"and published; put the key into {KEYS}"
        )
    if parts.query:
        raise UsageProblem(
            f"--model {ENDPOINT}… of {host} has a query after '?', which may hold a key and is not "
            f"sent; {FORM} and put the key into {KEYS}"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise UsageProblem(f"--model {name} has no http or https URL; {FORM}")
    if not model.strip():
        raise UsageProblem(f"--model {name} does not say which of the server's models; {FORM}")
    base = f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
    return Address(url=base, model=model.strip())
