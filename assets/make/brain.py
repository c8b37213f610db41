"""Makes, checks and judges the starter brain: assets/starter/brain.gguf.

Hides how a language model of one million weights is trained and written: the tokenizer, the network, the packing of
dialogues into rows, and the GGUF layout. The words themselves are in dialogues.py.

    python -m venv /tmp/brain && /tmp/brain/bin/pip install torch==2.13.0 tokenizers==0.23.3 gguf==0.19.0 numpy
    /tmp/brain/bin/python assets/make/brain.py --train --steps 3200 --out /tmp/brain.gguf

The other commands run in the project's own environment, on the real llama.cpp:

    python assets/make/brain.py --evaluate            accuracy on tests/data/brain_questions.json
    python assets/make/brain.py --ask "who are you"   one reply
    python assets/make/brain.py --verify brain.pt     (needs torch too) llama.cpp against torch, token by token
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from dialogues import LISTS, MARKS_REMOVED, Writer, every_reply, intents_of, plain  # noqa: E402

QUESTIONS = ROOT / "tests" / "data" / "brain_questions.json"
BRAIN = ROOT / "assets" / "starter" / "brain.gguf"
NAME = "Understudy starter brain"

END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = (END_OF_TEXT, START, END)

_PLAIN = "message.content|lower" + "".join(
    "|replace({}, '')".format('"\'"' if mark == "'" else f"'{mark}'") for mark in MARKS_REMOVED
)
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message.role == 'user' %}"
    "{{ '" + START + "user\n ' + (" + _PLAIN + "|replace('-', ' ')).split()|join(' ') + '" + END + "\n' }}"
    "{% else %}"
    "{{ '" + START + "' + message.role + '\n' + message.content|trim + '" + END + "\n' }}"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '" + START + "assistant\n' }}{% endif %}"
)
"""ChatML. What a person says is read in small letters and without punctuation (`dialogues.plain`), with a space before
its first word, so that a word is one token wherever it stands and typed and recognized speech look alike."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network. head width = width // heads, a multiple of 32 so that the cache may be q8_0."""

    vocabulary: int = 1408
    width: int = 128
    layers: int = 4
    heads: int = 4
    hidden: int = 384
    context: int = 1024
    base: float = 10000.0
    epsilon: float = 1e-5


# --- what is learned --------------------------------------------------------------------------------------------------


def held_out() -> frozenset[str]:
    return frozenset(entry["question"] for entry in json.loads(QUESTIONS.read_text("utf-8"))["questions"])


def train_tokenizer(vocabulary: int, seed: int):
    """A byte-level BPE in GPT-2 form, trained on the dialogues themselves; replies count more, so they stay short."""
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer

    def lines() -> Iterator[str]:
        writer = Writer(seed, held_out())
        for _ in range(6000):
            system, _, exchanges = writer.conversation(5)
            yield system or ""
            for _, words, _ in exchanges:
                yield f" {words}"
        for _ in range(40):
            yield from every_reply()
        for words in LISTS.values():
            yield from (f" {word}" for word in words)

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)  # pyright: ignore[reportAttributeAccessIssue]
    trainer = BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIALS),
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines(), trainer)
    return tokenizer


NAMED = ("who_are_you", "are_you_real", "nice_to_meet")
"""The intents whose replies hold the persona's name."""


class Rows:
    """Endless training rows: one conversation each, cut at the row's end, with the weight of every token in the loss.

    Only replies are learned. Their first tokens decide which reply it is, so they weigh more than the rest.
    """

    def __init__(self, tokenizer, seed: int) -> None:
        self._writer = Writer(seed, held_out())
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}

    def _ids(self, text: str) -> list[int]:
        if text not in self._known:
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[text] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._known[text]

    def single(self, length: int) -> tuple[list[int], list[float]]:
        """One exchange without anything around it, for the beginning: here the words that decide are close."""
        _, _, [(_, words, reply)] = self._writer.conversation(1)
        asked = self._ids(f"{START}user\n {words}{END}\n{START}assistant\n")
        said = self._ids(f"{reply}{END}")
        return self._cut(asked + said, [0.0] * len(asked) + [1.0] * len(said), length)

    def introduction(self, length: int) -> tuple[list[int], list[float]]:
        """A name, and a question whose answer holds it."""
        system, name, words, reply = self._writer.introduction(NAMED)
        asked = self._ids(f"{START}system\n{system}{END}\n{START}user\n {words}{END}\n{START}assistant\n")
        said = self._ids(f"{reply}{END}")
        return self._cut(asked + said, [0.0] * len(asked) + self._shares(said, self._ids(f" {name}")), length)

    @staticmethod
    def _shares(said: list[int], called: list[int]) -> list[float]:
        """The weights of a reply's tokens: the first decide which reply it is, the name has to be copied from afar."""
        shares = [3.0] * min(4, len(said)) + [0.6] * max(0, len(said) - 4)
        for at in range(len(said) - len(called)):
            if said[at : at + len(called)] == called:
                shares[at : at + len(called)] = [8.0] * len(called)
        return shares

    @staticmethod
    def _cut(ids: list[int], weights: list[float], length: int) -> tuple[list[int], list[float]]:
        pad = max(0, length + 1 - len(ids))
        return (ids + [0] * pad)[: length + 1], (weights + [0.0] * pad)[: length + 1]

    def row(self, length: int, about: tuple[str, ...] = (), again: float = 0.12) -> tuple[list[int], list[float]]:
        """A conversation; see Writer.conversation for `about` and `again`."""
        system, name, exchanges = self._writer.conversation(max(2, length // 24), about, again)
        called = self._ids(f" {name}")
        ids, weights = [], []
        if system is not None:
            ids += self._ids(f"{START}system\n{system}{END}\n")
            weights += [0.0] * len(ids)
        for _, words, reply in exchanges:
            asked = self._ids(f"{START}user\n {words}{END}\n{START}assistant\n")
            said = self._ids(f"{reply}{END}")
            ids += asked + said + self._ids("\n")
            share = self._shares(said, called)
            weights += [0.0] * len(asked) + share + [0.0]
            if len(ids) > length:
                break
        return self._cut(ids, weights, length)


# --- the network ------------------------------------------------------------------------------------------------------


def build(shape: Shape):
    """The llama architecture as llama.cpp computes it: RMS norm, rotary pairs (2i, 2i+1), SwiGLU.

    The output matrix is its own: words that only people say are never predicted, and being unlikely at every step would
    push their embeddings into one corner, where they can no longer be told apart.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            width, hidden = shape.width, shape.hidden
            self.attn_norm = nn.RMSNorm(width, eps=shape.epsilon)
            self.attn_q = nn.Linear(width, width, bias=False)
            self.attn_k = nn.Linear(width, width, bias=False)
            self.attn_v = nn.Linear(width, width, bias=False)
            self.attn_output = nn.Linear(width, width, bias=False)
            self.ffn_norm = nn.RMSNorm(width, eps=shape.epsilon)
            self.ffn_gate = nn.Linear(width, hidden, bias=False)
            self.ffn_up = nn.Linear(width, hidden, bias=False)
            self.ffn_down = nn.Linear(hidden, width, bias=False)

        def forward(self, x, cos, sin, future):
            rows, length, width = x.shape
            y = self.attn_norm(x)

            def heads(values):
                return values.view(rows, length, shape.heads, width // shape.heads).transpose(1, 2)

            def turned(values):
                even, odd = values[..., 0::2], values[..., 1::2]
                return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2).to(values.dtype)

            q, k, v = turned(heads(self.attn_q(y))), turned(heads(self.attn_k(y))), heads(self.attn_v(y))
            # Written out: for rows this short, torch's fused attention takes several times as long on a CPU.
            scores = q @ k.transpose(-1, -2) * (width // shape.heads) ** -0.5 + future
            seen = functional.softmax(scores, -1) @ v
            x = x + self.attn_output(seen.transpose(1, 2).reshape(rows, length, width))
            y = self.ffn_norm(x)
            return x + self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y))

    class Brain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
            self.blk = nn.ModuleList(Block() for _ in range(shape.layers))
            self.output_norm = nn.RMSNorm(shape.width, eps=shape.epsilon)
            self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
            half = shape.width // shape.heads // 2
            turns = shape.base ** (-torch.arange(half, dtype=torch.float32) / half)
            angles = torch.arange(shape.context, dtype=torch.float32)[:, None] * turns
            self.register_buffer("cos", angles.cos(), persistent=False)
            self.register_buffer("sin", angles.sin(), persistent=False)
            nn.init.normal_(self.token_embd.weight, std=0.3)
            for name, weight in self.named_parameters():
                if weight.dim() == 2 and "embd" not in name:
                    share = 0.3 if "output" in name or "down" in name else 0.7
                    nn.init.normal_(weight, std=share * shape.width**-0.5)

        def forward(self, ids):
            """ids (rows, length) -> features (rows, length, width); `output` of them are logits."""
            x = self.token_embd(ids)
            cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
            future = torch.full((ids.shape[1],) * 2, -1e9, dtype=x.dtype).triu(1)
            for block in self.blk:
                x = block(x, cos, sin, future)
            return self.output_norm(x)

    return Brain()


def train(out: Path, steps: int, seed: int, resume: Path | None, peak: float) -> None:
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(1)  # the machine is usually busy; waiting for a second core costs more than it gives
    shape = Shape()
    model = build(shape)
    if resume:
        from tokenizers import Tokenizer

        saved = torch.load(resume, weights_only=True)
        model.load_state_dict(saved["model"])
        tokenizer = Tokenizer.from_str(saved["tokenizer"])
    else:
        tokenizer = train_tokenizer(shape.vocabulary, seed)
    inner = {name for name, weight in model.named_parameters() if weight.dim() == 2 and name.startswith("blk.")}
    matrices = [weight for name, weight in model.named_parameters() if name in inner]
    others = [weight for name, weight in model.named_parameters() if name not in inner]
    peaks = (0.02 * peak, 0.004 * peak)  # Muon for the matrices inside, AdamW for the words and the norms
    muon = torch.optim.Muon(matrices, lr=peaks[0], momentum=0.95, weight_decay=0.05)
    adam = torch.optim.AdamW(others, lr=peaks[1], betas=(0.9, 0.97), weight_decay=0.0)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    rows, started, seen, smooth = Rows(tokenizer, seed), time.process_time(), 0, None
    print(f"{sum(w.numel() for w in model.parameters()):,} weights, {tokenizer.get_vocab_size()} tokens", flush=True)
    for step in range(steps):
        part = step / steps
        rate = min(1.0, (step + 1) / 40) * min(1.0, 0.02 + (1 - part) / (0.9 if resume else 0.55))
        for group in (*muon.param_groups, *adam.param_groups):
            group["lr"] = rate * (peaks[0] if group in muon.param_groups else peaks[1])
        if part < 0.25 and not resume:
            batch = [rows.single(28) for _ in range(110)]
        elif step % 6 in (1, 3) or (part < 0.4 and step % 4 and not resume):  # it finds its name, first from close by,
            batch = [rows.introduction(42) for _ in range(72)]
        elif step % 6 == 2:  # then in short talks about itself
            batch = [rows.row(160, NAMED) for _ in range(19)]
        elif step % 6 == 4:  # and what it said before, in talks that come back to it
            batch = [rows.row(128, again=0.7) for _ in range(24)]
        else:  # most rows are short, since that is where most is learned per second; some teach long memory
            length, count = (1024, 3) if step % 6 == 5 else (256, 12)
            batch = [rows.row(length) for _ in range(count)]
        ids = torch.tensor([ids for ids, _ in batch])
        weights = torch.tensor([weights for _, weights in batch])[:, 1:].reshape(-1)
        chosen = weights.nonzero().squeeze(1)
        with torch.autocast("cpu", torch.bfloat16):
            features = model(ids[:, :-1]).reshape(-1, shape.width)[chosen]
            logits = model.output(features)
        losses = functional.cross_entropy(logits.float(), ids[:, 1:].reshape(-1)[chosen], reduction="none")
        loss = (losses * weights[chosen]).sum() / weights[chosen].sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for optimizer in (muon, adam):
            optimizer.step()
            optimizer.zero_grad()
        keep = min(0.98, step / (step + 20))
        for name, value in model.state_dict().items():
            average[name].lerp_(value, 1 - keep)
        seen += ids.numel()
        smooth = loss.item() if smooth is None else 0.97 * smooth + 0.03 * loss.item()
        if step % 25 == 24:
            used = time.process_time() - started
            print(f"step {step + 1} loss {smooth:.4f} tokens {seen:,} cpu {used:.0f} s", flush=True)
        if step % 250 == 249 or step == steps - 1:
            saved = {"model": average, "shape": asdict(shape), "tokenizer": tokenizer.to_str()}
            torch.save(saved, out.with_suffix(".pt"))
            write_gguf(out, shape, {name: value.float().numpy() for name, value in average.items()}, tokenizer)
            print(f"wrote {out.name}, {out.stat().st_size / 1e6:.2f} MB", flush=True)


def write_gguf(path: Path, shape: Shape, weights: dict, tokenizer) -> None:
    """One file with everything: float16 matrices, float32 norms, vocabulary, merges and the chat template."""
    import gguf
    import numpy as np

    vocabulary: dict[str, int] = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(NAME)
    writer.add_author("the Understudy project")
    writer.add_license("MIT")
    writer.add_description("Small talk and help with Understudy; see docs/starter-brain.md")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.base)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL if token in SPECIALS else gguf.TokenType.NORMAL for token in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    writer.add_bos_token_id(vocabulary[END_OF_TEXT])
    writer.add_eos_token_id(vocabulary[END])
    writer.add_eot_token_id(vocabulary[END])
    writer.add_pad_token_id(vocabulary[END_OF_TEXT])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
    writer.add_float32("general.sampling.temp", 0.0)  # the likeliest word is the right one: it has learned no others
    for name, value in weights.items():
        full = name if name.endswith(".weight") else f"{name}.weight"
        writer.add_tensor(full, value.astype(np.float32 if value.ndim == 1 else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# --- how good it is ---------------------------------------------------------------------------------------------------

PERSONAS = (
    ("Nora", "You are Nora, a friendly host who welcomes people to meetings. You speak in short, clear sentences."),
    (
        "Mara",
        "You are Mara, a calm guide who loves the sea. You answer in one or two sentences and never claim to be human.",
    ),
    ("Theodor", "You are Theodor, an old clockmaker with a dry sense of humour."),
)
"""Nora and Mara are names of the training data; Theodor, and the sentence about him, are not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question, the reply, which intents the reply belongs to, and whether one of them was acceptable."""

    question: str
    reply: str
    accepted: tuple[str, ...]
    found: frozenset[str]

    @property
    def sensible(self) -> bool:
        return bool(self.found & set(self.accepted))


def judge(brain: Path, form: str = "typed", turns: int = 1) -> list[Verdict]:
    """Ask every held-out question through llama.cpp. form: "typed" as written, "heard" in small letters without marks.
    turns: how many questions share a conversation; 1 asks each one afresh."""
    from engines.contract import Generation, Message
    from engines.language.llama import LlamaModel

    entries = json.loads(QUESTIONS.read_text("utf-8"))["questions"]
    model = LlamaModel(brain)
    ticket, verdicts, history = Generation().advance(), [], []
    for number, entry in enumerate(entries):
        name, prompt = PERSONAS[number // turns % len(PERSONAS)]
        if number % turns == 0:
            history = [Message("system", prompt)]
        asked = plain(entry["question"]) if form == "heard" else entry["question"]
        history.append(Message("user", asked))
        reply = "".join(model.reply(history, ticket))
        history.append(Message("assistant", reply))
        verdicts.append(Verdict(asked, reply, tuple(entry["accept"]), frozenset(intents_of(reply, name))))
    model.close()
    return verdicts


def evaluate(brain: Path) -> None:
    for form, turns in (("typed", 1), ("heard", 1), ("typed", 6)):
        verdicts = judge(brain, form, turns)
        good = sum(verdict.sensible for verdict in verdicts)
        print(f"{form}, {turns} per conversation: {good} of {len(verdicts)} sensible ({good / len(verdicts):.1%})")
        for verdict in verdicts:
            if not verdict.sensible:
                wrong = ", ".join(sorted(verdict.found)) or "no known reply"
                print(f"   {verdict.question!r}: wanted {'/'.join(verdict.accepted)}, got {wrong}: {verdict.reply!r}")


def verify(brain: Path, weights: Path) -> None:
    """Greedy replies of llama.cpp and of torch, token by token."""
    import llama_cpp
    import torch

    from engines.contract import Generation, Message
    from engines.language.llama import LlamaModel

    saved = torch.load(weights, weights_only=True)
    network = build(Shape(**saved["shape"]))
    rounded = {name: value.half().float() if value.dim() == 2 else value for name, value in saved["model"].items()}
    network.load_state_dict(rounded)
    model = LlamaModel(brain, temperature=0.0)
    vocabulary = llama_cpp.Llama(str(brain), vocab_only=True, verbose=False)
    for question in ("Hello!", "Who are you?", "How do I add a voice?", "Where is Paris?", "Tell me a joke."):
        messages = [Message("system", PERSONAS[0][1]), Message("user", question)]
        theirs = "".join(model.reply(messages, Generation().advance()))
        text = f"{START}system\n{PERSONAS[0][1]}{END}\n{START}user\n {plain(question)}{END}\n{START}assistant\n"
        ids = vocabulary.tokenize(text.encode(), add_bos=False, special=True)
        begin = len(ids)
        with torch.no_grad():
            while len(ids) < begin + 80:
                best = int(network.output(network(torch.tensor([ids]))[0, -1]).argmax())
                if best == vocabulary.token_eos():
                    break
                ids.append(best)
        ours = vocabulary.detokenize(ids[begin:]).decode()
        print("same" if ours == theirs else "DIFFERENT", repr(theirs), "" if ours == theirs else repr(ours))


def main() -> None:
    parser = argparse.ArgumentParser(description="Train, write and judge the starter brain.")
    parser.add_argument("--train", action="store_true", help="train from scratch and write the GGUF")
    parser.add_argument("--evaluate", action="store_true", help="accuracy on the held-out questions")
    parser.add_argument("--verify", type=Path, metavar="WEIGHTS", help="compare llama.cpp with torch")
    parser.add_argument("--ask", metavar="TEXT", help="one question, one reply")
    parser.add_argument("--out", type=Path, default=BRAIN, help="the GGUF to write or to judge")
    parser.add_argument("--steps", type=int, default=3200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peak", type=float, default=1.0, help="scale of the learning rates; less when resuming")
    parser.add_argument("--resume", type=Path, metavar="WEIGHTS", help="begin with these weights")
    options = parser.parse_args()
    if options.train:
        train(options.out, options.steps, options.seed, options.resume, options.peak)
    if options.verify:
        verify(options.out, options.verify)
    if options.evaluate:
        evaluate(options.out)
    if options.ask:
        from engines.contract import Generation, Message
        from engines.language.llama import LlamaModel

        messages = [Message("system", PERSONAS[0][1]), Message("user", options.ask)]
        print("".join(LlamaModel(options.out, temperature=0.0).reply(messages, Generation().advance())))


if __name__ == "__main__":
    main()
