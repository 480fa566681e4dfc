"""Two servers behind one address, one of which goes away in the middle: nothing is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

from tests.models.asking import choice, picture
from tests.models.endpoint.chat_server import ChatServer, serving
from tests.models.endpoint.conftest import Open

BIT = 65536


class Balancer:
    """Hands each connection to the next server that can be reached, and knows nothing of HTTP."""

    def __init__(self, *servers: ChatServer) -> None:
        self._ports = cycle(int(server.url.rpartition(":")[2].split("/")[0]) for server in servers)
        self._n = len(servers)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.down: set[int] = set()
        self._open: dict[int, list[socket.socket]] = {}

    def run(self) -> None:
        """Until it is closed."""
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            port = next(port for port in self._ports if port not in self.down)
            server = socket.create_connection(("127.0.0.1", port))
            self._open.setdefault(port, []).extend((client, server))
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=passing, args=(one, other), daemon=True).start()

    def lose(self, server: ChatServer) -> None:
        """The server is killed: its connections break, and it takes no more."""
        port = int(server.url.rpartition(":")[2].split("/")[0])
        self.down.add(port)
        for one in self._open.get(port, []):
            with_no_reply(one)

    def close(self) -> None:
        """Take no more connections and end those that there are."""
        for one in (self._socket, *(one for ends in self._open.values() for one in ends)):
            with_no_reply(one)


def with_no_reply(one: socket.socket) -> None:
    """Closed at once, whatever was under way."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def passing(one: socket.socket, other: socket.socket) -> None:
    """What comes from one goes to the other, until either is closed."""
    try:
        while data := one.recv(BIT):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def balanced(*servers: ChatServer) -> Iterator[Balancer]:
    """The balancer, running."""
    balancer = Balancer(*servers)
    thread = threading.Thread(target=balancer.run, daemon=True)
    thread.start()
    try:
        yield balancer
    finally:
        balancer.close()
        thread.join(timeout=5)


def test_a_server_that_is_killed_loses_no_answer(opened: Open) -> None:
    """Questions under way at it are asked again, and each has the answer of a quiet run."""
    asked = [choice(picture("red", (40 + i, 40)), question=f"Q{i}\n") for i in range(24)]
    with serving(ChatServer()) as one, serving(ChatServer()) as other:
        alone = opened(url=one.url).answer(asked)
        one.chats.clear()
        one.faults = other.faults = ["slow"] * 99
        with balanced(one, other) as balancer:
            model = opened(url=f"http://127.0.0.1:{balancer.port}/v1", concurrency=4)
            model.answer(asked[:2])
            threading.Timer(0.06, balancer.lose, [one]).start()
            assert model.answer(asked) == alone
    assert len(one.scored()) > 0
    assert len(other.scored()) > len(asked) // 2
