"""Queues between the stages. Hides: what a full queue does, and how old work disappears when a reply is cancelled.

Three queues, three policies, and knowing which is which lets us add up the latency:
`Channel` waits for room, since a lost word is a fault; `Newest` (the microphone) drops its oldest and counts the loss.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Condition
from time import monotonic
from typing import Generic, TypeVar

from engines.contract import Closed, Ticket

T = TypeVar("T")

LOOK_AGAIN = 0.02
"""Seconds after which a waiting producer looks whether its ticket is still alive."""


class Channel(Generic[T]):
    """A bounded queue of (item, ticket). Items whose ticket died are skipped, and take no room."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: deque[tuple[T, Ticket]] = deque()
        self._changed = Condition()
        self._closed = False

    def put(self, item: T, ticket: Ticket) -> bool:
        """Wait for room; False when the reply is cancelled first. Raises Closed after close()."""
        with self._changed:
            while len(self._items) >= self._size and ticket.alive and not self._closed:
                self._forget_dead()
                if len(self._items) >= self._size:
                    self._changed.wait(LOOK_AGAIN)
            if self._closed:
                raise Closed
            if wanted := ticket.alive:
                self._items.append((item, ticket))
                self._changed.notify_all()
            return wanted

    def get(self, timeout: float | None = None) -> tuple[T, Ticket] | None:
        """The next living item; None when there is none within `timeout` seconds. Raises Closed after close()."""
        deadline = None if timeout is None else monotonic() + timeout
        with self._changed:
            while True:
                if self._closed:
                    raise Closed
                self._forget_dead()
                if self._items:
                    self._changed.notify_all()
                    return self._items.popleft()
                rest = None if deadline is None else deadline - monotonic()
                if rest is not None and rest <= 0:
                    return None
                self._changed.wait(rest)

    def __iter__(self) -> Iterator[tuple[T, Ticket]]:
        """Every living item until close()."""
        while True:
            try:
                found = self.get()
            except Closed:
                return
            assert found is not None  # without a timeout, get() returns an item or raises
            yield found

    def close(self) -> None:
        """Everybody who waits here goes home, now and later. What lay in the queue is forgotten."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def _forget_dead(self) -> None:
        while self._items and not self._items[0][1].alive:
            self._items.popleft()


class Newest(Generic[T]):
    """A bounded queue that never makes its producer wait: it drops its oldest item and counts the loss."""

    def __init__(self, size: int) -> None:
        self.dropped = 0
        self._items: deque[T] = deque()
        self._size = size
        self._changed = Condition()
        self._closed = False
        self._unfinished = 0

    def put(self, item: T) -> None:
        """From a device callback: copies nothing, waits for nobody. Raises Closed after close()."""
        with self._changed:
            if self._closed:
                raise Closed
            if len(self._items) >= self._size:
                self._items.popleft()
                self.dropped += 1
                self._unfinished -= 1
            self._items.append(item)
            self._unfinished += 1
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        """Every item until close(); an item counts as finished when the next one is asked for."""
        while True:
            with self._changed:
                while not self._items and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                item = self._items.popleft()
            yield item
            with self._changed:
                self._unfinished -= 1
                self._changed.notify_all()

    def wait_until_finished(self) -> None:
        """Until every item put so far was worked off, or the queue was closed."""
        with self._changed:
            while self._unfinished and not self._closed:
                self._changed.wait()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
