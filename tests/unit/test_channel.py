"""Queues: bounded, ticket-aware, closable."""

from __future__ import annotations

from threading import Thread

import pytest

from app.live.channel import Channel, Newest
from engines.contract import Closed, Generation


def test_items_come_out_in_order_with_their_tickets() -> None:
    channel: Channel[int] = Channel(3)
    ticket = Generation().advance()
    for k in range(3):
        assert channel.put(k, ticket)
    assert [channel.get() for _ in range(3)] == [(k, ticket) for k in range(3)]


def test_a_full_channel_waits_until_the_reply_is_cancelled() -> None:
    channel: Channel[int] = Channel(1)
    generation = Generation()
    ticket = generation.advance()
    channel.put(1, ticket)
    results: list[bool] = []
    waiting = Thread(target=lambda: results.append(channel.put(2, ticket)))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    generation.advance()
    waiting.join(5)
    assert results == [False]


def test_old_items_disappear_and_take_no_room() -> None:
    channel: Channel[int] = Channel(1)
    generation = Generation()
    channel.put(1, generation.advance())
    new = generation.advance()
    assert channel.put(2, new)
    assert channel.get() == (2, new)


def test_get_gives_up_after_its_timeout() -> None:
    assert Channel[int](1).get(timeout=0) is None


def test_close_sends_everybody_home() -> None:
    channel: Channel[int] = Channel(1)
    ticket = Generation().advance()
    seen: list[int] = []
    reader = Thread(target=lambda: seen.extend(item for item, _ in channel))
    reader.start()
    channel.put(7, ticket)
    while not seen:
        reader.join(0.01)
    channel.close()
    reader.join(5)
    assert not reader.is_alive()
    assert seen == [7]
    with pytest.raises(Closed):
        channel.put(1, ticket)
    with pytest.raises(Closed):
        channel.get()


def test_the_microphone_drops_its_oldest_block_and_counts_the_loss() -> None:
    blocks: Newest[int] = Newest(2)
    for k in range(5):
        blocks.put(k)
    iterator = iter(blocks)
    assert [next(iterator), next(iterator)] == [3, 4]
    assert blocks.dropped == 3


def test_finished_means_worked_off_not_only_taken() -> None:
    blocks: Newest[int] = Newest(2)
    blocks.put(1)
    iterator = iter(blocks)
    next(iterator)
    waiter = Thread(target=blocks.wait_until_finished)
    waiter.start()
    waiter.join(0.05)
    assert waiter.is_alive()
    worker = Thread(target=lambda: next(iterator, None))  # asks for the next one: the first is finished
    worker.start()
    waiter.join(5)
    assert not waiter.is_alive()
    blocks.close()
    worker.join(5)
