"""How soon the first words of a reply come: python -m tests.bench.language [--model X.gguf] > language.json

Hides the measuring. Every round opens the model afresh, reads a history of 1,500 tokens cold, lets it answer, and asks
once more: the second question finds the history in the cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from engines.contract import Generation, Message
from engines.language.llama import LlamaModel

BRAIN = Path(__file__).parents[2] / "assets" / "starter" / "brain.gguf"
SYSTEM = Message("system", "You are Mara, a friendly host who helps people in meetings.")


def history(model: LlamaModel, tokens: int) -> list[Message]:
    """A conversation of at least so many tokens that ends with a question."""
    messages = [SYSTEM]
    while model.count(messages) < tokens:
        messages.append(Message("user", f"This is sentence number {len(messages)} of a long talk about nothing."))
        messages.append(Message("assistant", "All right, good! What else is on your mind?"))
    return [*messages, Message("user", "What can you do?")]


def ask(model: LlamaModel, messages: list[Message]) -> tuple[str, float, float, int]:
    """The reply, seconds to its first piece and to its end, and tokens read before the first piece."""
    read, start = model.evaluated, time.perf_counter()
    reply = model.reply(messages, Generation().advance())
    first = next(reply, "")
    heard, read = time.perf_counter() - start, model.evaluated - read
    text = first + "".join(reply)
    return text, heard, time.perf_counter() - start, read


def measure(path: Path, tokens: int, rounds: int) -> dict[str, object]:
    cold, warm, read_cold, read_warm, speed = [], [], [], [], []
    for _ in range(rounds):
        model = LlamaModel(path, context_tokens=4096)
        messages = history(model, tokens)
        text, seconds, total, read = ask(model, messages)
        cold.append(seconds)
        read_cold.append(read)
        speed.append((model.evaluated - read) / max(1e-9, total - seconds))
        messages += [Message("assistant", text), Message("user", "Thank you. And who are you?")]
        _, seconds, _, read = ask(model, messages)
        warm.append(seconds)
        read_warm.append(read)
        model.close()
    return {
        "model": path.name,
        "rounds": rounds,
        "tokens_read_cold": statistics.median(read_cold),
        "tokens_read_second_turn": statistics.median(read_warm),
        "first_token_cold_ms": round(1000 * statistics.median(cold), 2),
        "first_token_second_turn_ms": round(1000 * statistics.median(warm), 2),
        "ratio_of_medians": round(statistics.median(cold) / statistics.median(warm), 1),
        "ratio_worst_round": round(min(a / b for a, b in zip(cold, warm, strict=True)), 1),
        "reply_tokens_per_second": round(statistics.median(speed), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time to the first token, cold and with the history in the cache.")
    parser.add_argument("--model", type=Path, default=BRAIN)
    parser.add_argument("--tokens", type=int, default=1500, help="length of the history")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    json.dump(measure(options.model, options.tokens, options.rounds), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
