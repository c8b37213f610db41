"""Any GGUF through llama.cpp.

Hides the cache: which tokens the model has read already, how a new prompt is matched against them so that only what is
new is read, and how reading and speaking stop within one slice or one token once nobody waits for the reply.

Written against the C interface of llama-cpp-python 0.3.36, since its `Llama` class neither stops inside a prompt nor
tries another cache type without loading the model twice.
"""

from __future__ import annotations

import codecs
import ctypes
import importlib
import importlib.util
import logging
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from engines.contract import Message, Problem, Ticket

log = logging.getLogger(__name__)
native = logging.getLogger(f"{__name__}.native")

# Idle OpenMP workers spin by default. With anything else on the same cores that turns a reply of 0.05 s into 15 s. The
# library reads this once, when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

USUAL_CONTEXT = 4096
"""Tokens of context when nobody asks for another number and the model has at least as many."""

INSTALL = "Run the set-up again, or install it with: pip install llama-cpp-python==0.3.36"

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""For models that carry no template, or one that cannot be used."""

STOPS = ("<|im_end|>", "<|im_start|>", "<|endoftext|>")
"""Marks that end a reply also when they come as ordinary text, as from a model that does not know ChatML."""


def probe(model: Path | None = None) -> str | None:
    """Why a reply cannot be made with this file, as one sentence and its remedy, or None when it can.

    Without a file: whether llama.cpp itself is there. Cheap (no library is loaded, only the first bytes of the file are
    read), and never raises.
    """
    try:
        found = importlib.util.find_spec("llama_cpp")
        if found is None or found.origin is None:
            return str(Problem("llama-cpp-python is not installed.", INSTALL))
        folder = Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(found.origin).parent / "lib")
        if not any(folder.glob("*llama*")):
            return str(Problem("llama-cpp-python is installed without its llama.cpp library.", INSTALL))
        if model is not None:
            check_file(model)
    except Problem as problem:
        return str(problem)
    except Exception as error:
        return f"llama-cpp-python cannot be examined ({error}). {INSTALL}"
    return None


def check_file(model: Path) -> None:
    """Raises Problem unless the file is there, readable, and begins like a GGUF."""
    choose = "Choose a GGUF file in Models."
    try:
        with model.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError as error:
        raise Problem(f"The language model {model.name} does not exist.", choose) from error
    except OSError as error:
        raise Problem(f"The language model {model.name} cannot be read.", choose) from error
    if magic != b"GGUF":
        raise Problem(f"{model.name} is not a GGUF language model.", choose)


class LlamaModel:
    """A LanguageModel on llama.cpp. One thread at a time.

    model: any GGUF with a chat template (ChatML is used, aloud, for one without).
    context_tokens: default the model's own context, at most USUAL_CONTEXT.
    gpu_layers: -1 for all; default all when this build of llama.cpp can use a GPU, else none.
    slice_tokens: how much of a prompt is read between two looks at the ticket.
    temperature: default what the GGUF says (`general.sampling.temp`), else 0.7; 0 always takes the likeliest token.
    seed: every reply begins from it, so the same conversation gets the same reply.
    Raises Problem when the library or the file cannot be used.
    """

    def __init__(
        self,
        model: Path,
        *,
        context_tokens: int | None = None,
        threads: int = 2,
        gpu_layers: int | None = None,
        slice_tokens: int = 128,
        reply_tokens: int = 512,
        temperature: float | None = None,
        top_k: int = 40,
        top_p: float = 0.95,
        min_p: float = 0.05,
        repeat_penalty: float = 1.0,
        seed: int = 20,
    ) -> None:
        check_file(model)
        self._name = model.name
        self._library = _library()
        self._slice, self._reply_tokens = slice_tokens, reply_tokens
        self._context: Any = None
        self._sampler: Any = None
        self._model = self._open(model, gpu_layers)
        try:
            self._vocabulary = self._library.llama_model_get_vocab(self._model)
            self._context = self._open_context(context_tokens, threads)
            self._memory = self._library.llama_get_memory(self._context)
            self.context_tokens: int = self._library.llama_n_ctx_seq(self._context)
            if temperature is None:
                temperature = float(self._metadata("general.sampling.temp") or 0.7)
            self._sampler = self._open_sampler(temperature, top_k, top_p, min_p, repeat_penalty, seed)
            self._chat = _Chat(self._metadata("tokenizer.chat_template"), self._special("eos"), self._special("bos"))
        except BaseException:
            self.close()
            raise
        self.evaluated = 0
        """Tokens read so far, prompts and replies together: what the reuse of the cache is measured by."""
        self._cached: list[int] = []  # exactly the tokens that llama.cpp holds
        # Replies in the cache: the text up to their end, the mark that ended them, how many cached tokens the text is.
        self._replies: list[tuple[str, str, int]] = []

    # --- the promise --------------------------------------------------------------------------------------------------

    def count(self, messages: Sequence[Message]) -> int:
        """How many tokens these messages take in the prompt, the invitation to answer included."""
        return len(self._tokens(self._chat.prompt(messages, answer=True)))

    def warm(self, messages: Sequence[Message], ticket: Ticket) -> None:
        """Read a conversation ahead of time. What does not fit is left to reply(), which says so."""
        tokens = self._tokens(self._chat.prompt(messages, answer=False))
        if len(tokens) < self.context_tokens and tokens != self._cached[: len(tokens)]:
            self._read(tokens, ticket)

    def reply(self, messages: Sequence[Message], ticket: Ticket) -> Iterator[str]:
        """Pieces of the reply, without space at either end; a model's thoughts (<think>) stay inside."""
        prompt = self._chat.prompt(messages, answer=True)
        tokens = self._tokens(prompt)
        if len(tokens) + min(32, self.context_tokens // 8) > self.context_tokens:
            raise Problem(
                f"The conversation has {len(tokens)} tokens, too many for the {self.context_tokens} that "
                f"{self._name} can hold.",
                "Start a new conversation, or shorten the persona's prompt.",
            )
        if not self._read(tokens, ticket):
            return
        words = _Words(thinking=prompt.rstrip().endswith("<think>"), stops=STOPS)
        self._library.llama_sampler_reset(self._sampler)
        for _ in range(min(self._reply_tokens, self.context_tokens - len(tokens))):
            if not ticket.alive:
                return
            token = self._library.llama_sampler_sample(self._sampler, self._context, -1)
            if self._library.llama_vocab_is_eog(self._vocabulary, token):
                if words.exact:
                    end = self._piece(token, special=True).decode("utf-8", errors="replace")
                    self._replies.append((prompt + words.said, end, len(self._cached)))
                return
            if piece := words.take(self._piece(token)):
                yield piece
            if words.stopped or not ticket.alive or not self._evaluate([token]):
                return

    def close(self) -> None:
        """Let the model go. May be called twice."""
        if self._sampler is not None:
            self._library.llama_sampler_free(self._sampler)
        if self._context is not None:
            self._library.llama_free(self._context)
        if self._model is not None:
            self._library.llama_model_free(self._model)
        self._sampler = self._context = self._model = None

    # --- opening ------------------------------------------------------------------------------------------------------

    def _open(self, model: Path, gpu_layers: int | None) -> Any:
        library = self._library
        options = library.llama_model_default_params()
        options.n_gpu_layers = (-1 if library.llama_supports_gpu_offload() else 0) if gpu_layers is None else gpu_layers
        opened = library.llama_model_load_from_file(os.fsencode(model), options)
        if not opened:
            raise Problem(
                f"llama.cpp cannot open {model.name}; the file is damaged, incomplete or of an unknown kind.",
                "Download it again, or choose another GGUF in Models.",
            ) from RuntimeError(_last_native_error())
        return opened

    def _open_context(self, tokens: int | None, threads: int) -> Any:
        library = self._library
        options = library.llama_context_default_params()
        trained = library.llama_model_n_ctx_train(self._model)
        options.n_ctx = tokens or min(trained, USUAL_CONTEXT)
        options.n_batch = options.n_ubatch = min(self._slice, options.n_ctx)
        options.n_threads = options.n_threads_batch = threads  # the second is all cores if left alone
        options.swa_full = True  # a sliding window could not be cut back to a shared beginning
        options.no_perf = True
        if self._head_width() % 32:
            log.info("%s: heads of %d values cannot be cached as q8_0; using f16", self._name, self._head_width())
        else:
            options.flash_attn_type = library.LLAMA_FLASH_ATTN_TYPE_ENABLED
            options.type_k = options.type_v = library.GGML_TYPE_Q8_0
            if context := library.llama_init_from_model(self._model, options):
                return context
            log.warning("%s: no q8_0 cache with flash attention here (%s); using f16", self._name, _last_native_error())
        options.flash_attn_type = library.LLAMA_FLASH_ATTN_TYPE_AUTO
        options.type_k = options.type_v = library.GGML_TYPE_F16
        if context := library.llama_init_from_model(self._model, options):
            return context
        raise Problem(
            f"There is not enough memory for {self._name} with {options.n_ctx} tokens of context.",
            "Choose a smaller model in Models, or a shorter context in Settings.",
        ) from RuntimeError(_last_native_error())

    def _open_sampler(
        self, temperature: float, top_k: int, top_p: float, min_p: float, penalty: float, seed: int
    ) -> Any:
        library = self._library
        chain = library.llama_sampler_chain_init(library.llama_sampler_chain_default_params())
        steps = []
        if penalty != 1.0:
            tokens = library.llama_vocab_n_tokens(self._vocabulary)
            steps.append(library.llama_sampler_init_penalties(tokens, 64, penalty, 0.0, 0.0))
        if temperature <= 0:
            steps.append(library.llama_sampler_init_greedy())
        else:
            steps += [
                library.llama_sampler_init_top_k(top_k),
                library.llama_sampler_init_top_p(top_p, 1),
                library.llama_sampler_init_min_p(min_p, 1),
                library.llama_sampler_init_temp(temperature),
                library.llama_sampler_init_dist(seed),
            ]
        for step in steps:
            library.llama_sampler_chain_add(chain, step)
        return chain

    def _head_width(self) -> int:
        own = self._metadata(f"{self._metadata('general.architecture')}.attention.key_length")
        if own:
            return int(own)
        return self._library.llama_model_n_embd(self._model) // max(1, self._library.llama_model_n_head(self._model))

    def _metadata(self, key: str) -> str | None:
        get = self._library.llama_model_meta_val_str
        size = get(self._model, key.encode(), None, 0)
        if size < 0:
            return None
        buffer = ctypes.create_string_buffer(size + 1)
        get(self._model, key.encode(), buffer, size + 1)
        return buffer.value.decode("utf-8", errors="replace")

    # --- tokens and the cache -----------------------------------------------------------------------------------------

    def _special(self, kind: str) -> str:
        token = getattr(self._library, f"llama_vocab_{kind}")(self._vocabulary)
        return self._piece(token, special=True).decode("utf-8", errors="replace")

    def _piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of one token; of a control token only when `special`. A token of -1 means none."""
        if token < 0:
            return b""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._library.llama_token_to_piece(self._vocabulary, token, buffer, size, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def _tokens(self, text: str) -> list[int]:
        """The prompt as tokens, beginning with those of an earlier reply where the text is the same.

        A model may spell its reply otherwise than its tokenizer would. Such a reply is in the cache as it was made, so
        the prompt goes on from there. Only before an end mark, where no token can span the seam.
        """
        for known, end, count in reversed(self._replies):
            if text.startswith(known + end):
                return self._cached[:count] + self._tokenize(text[len(known) :])
        bos = self._library.llama_vocab_bos(self._vocabulary)
        # Most templates write the token that begins a text; it must not stand there twice.
        named = text.startswith(self._special("bos") or "\0")
        first = [bos] if self._library.llama_vocab_get_add_bos(self._vocabulary) and bos >= 0 and not named else []
        return first + self._tokenize(text)

    def _tokenize(self, text: str) -> list[int]:
        data = text.encode("utf-8", errors="replace")
        room = len(data) + 16
        tokens = (self._library.llama_token * room)()
        count = self._library.llama_tokenize(self._vocabulary, data, len(data), tokens, room, False, True)
        if count < 0:
            raise RuntimeError(f"{self._name}: a text of {len(data)} bytes wants {-count} tokens")
        return list(tokens[:count])

    def _read(self, tokens: list[int], ticket: Ticket) -> bool:
        """Bring the cache to exactly these tokens, slice by slice; False when the ticket died on the way.

        At least the last token is read anew, since its reading is what the reply begins from.
        """
        shared = 0
        for old, new in zip(self._cached, tokens[:-1], strict=False):
            if old != new:
                break
            shared += 1
        if shared < len(self._cached) and not self._library.llama_memory_seq_rm(self._memory, 0, shared, -1):
            log.info("%s cannot forget a part; reading all %d tokens again", self._name, len(tokens))
            self._library.llama_memory_clear(self._memory, True)
            shared = 0
        del self._cached[shared:]
        self._replies = [reply for reply in self._replies if reply[2] <= shared]
        for begin in range(shared, len(tokens), self._slice):
            if not ticket.alive:
                return False
            if not self._evaluate(tokens[begin : begin + self._slice]):
                raise Problem(
                    f"{self._name} stopped while reading the conversation.",
                    "Start a new conversation; if it happens again, choose a shorter context or a smaller model.",
                ) from RuntimeError(_last_native_error())
        return ticket.alive

    def _evaluate(self, tokens: list[int]) -> bool:
        """Let the model read these after what is cached; False when it has no room for them."""
        if len(self._cached) + len(tokens) > self.context_tokens:
            return False
        array = (self._library.llama_token * len(tokens))(*tokens)
        if self._library.llama_decode(self._context, self._library.llama_batch_get_one(array, len(tokens))):
            self._library.llama_memory_clear(self._memory, True)
            self._cached, self._replies = [], []
            return False
        self._cached += tokens
        self.evaluated += len(tokens)
        return True


class _Chat:
    """Messages -> prompt, by the model's own template."""

    def __init__(self, template: str | None, eos: str, bos: str) -> None:
        self._eos, self._bos = eos, bos
        self._chatml = self._own = self._compile(CHATML)
        self._warned = False
        if template:
            try:
                self._own = self._compile(template)
            except Exception as error:  # whatever a template of unknown origin does, the model can still be used
                self._warn("cannot be used", error)
        else:
            log.warning("the model has no chat template; using ChatML")

    def prompt(self, messages: Sequence[Message], *, answer: bool) -> str:
        entries = [{"role": message.role, "content": _harmless(message.text)} for message in messages]
        failure: Exception | None = None
        for attempt in (entries, _folded(entries)):
            try:
                return self._render(self._own, attempt, answer)
            except Exception as error:  # templates raise for roles or orders that they do not know
                failure = failure or error
        self._warn("refuses a conversation", failure)
        return self._render(self._chatml, entries, answer)

    def _warn(self, what: str, error: Exception | None) -> None:
        if not self._warned:
            log.warning("the model's chat template %s (%s); using ChatML", what, error)
            self._warned = True

    @staticmethod
    def _render(formatter: Any, entries: list[dict[str, str]], answer: bool) -> str:
        formatter.add_generation_prompt = answer
        return formatter(messages=entries, enable_thinking=False).prompt

    def _compile(self, template: str) -> Any:
        formats = importlib.import_module("llama_cpp.llama_chat_format")
        return formats.Jinja2ChatFormatter(template=template, eos_token=self._eos, bos_token=self._bos)


def _harmless(text: str) -> str:
    """The text without anything that a tokenizer would take for a control token."""
    return re.sub(r"<\|[^<>|]{1,40}\|>|</?s>|<(?:start|end)_of_turn>", "", text)


def _folded(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    """For strict templates: the system's words inside the first of the person, and roles that alternate."""
    folded: list[dict[str, str]] = []
    for entry in entries:
        role = "user" if entry["role"] == "system" else entry["role"]
        if folded and folded[-1]["role"] == role:
            folded[-1]["content"] += "\n\n" + entry["content"]
        else:
            folded.append({"role": role, "content": entry["content"]})
    return folded


class _Words:
    """Bytes of tokens -> text that may be spoken: whole characters, no outer space, no thoughts, nothing after a stop.

    `said` is all that left; `exact` says that it is byte for byte what the model wrote.
    """

    def __init__(self, *, thinking: bool, stops: tuple[str, ...]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = stops
        self._thinking = thinking
        self._held = ""
        self._clean = not thinking
        self.said = ""
        self.stopped = False

    @property
    def exact(self) -> bool:
        return self._clean and not self._held and not self._decoder.getstate()[0]

    def take(self, data: bytes) -> str:
        if self.stopped:
            return ""
        self._held += self._decoder.decode(data)
        if not self.said and self._within_thoughts():
            return ""
        text = self._held
        for stop in self._stops:
            if stop in text:
                text, self.stopped = text[: text.index(stop)], True
        ready = text if self.said else text.lstrip()
        self._clean = self._clean and ready == text
        keep = 0 if self.stopped else max(_overlap(ready, stop) for stop in (*self._stops, ""))
        ready = ready[: len(ready) - keep].rstrip()
        self._held = text[len(text) - len(text.lstrip()) + len(ready) :] if not self.said else text[len(ready) :]
        self.said += ready
        return ready

    def _within_thoughts(self) -> bool:
        if not self._thinking:
            start = self._held.lstrip()
            if not start.startswith("<think>"):
                return bool(start) and "<think>".startswith(start)  # perhaps the mark is still on its way
            self._thinking, self._clean = True, False
        _, mark, rest = self._held.partition("</think>")
        if not mark:
            return True
        self._thinking, self._held = False, rest
        return False


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of the text may be the beginning of `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)


# --- the library ------------------------------------------------------------------------------------------------------

_ERROR = 4
_LEVELS = {2: logging.DEBUG, 3: logging.INFO, _ERROR: logging.WARNING}
"""ggml.h's levels (the numbers in llama-cpp-python's comments are older). It is talkative: its debugging is left out,
and everything else counts one step less here."""

_heard: list[str] = []  # the latest errors of llama.cpp, for the cause of a Problem


@cache
def _library() -> Any:
    """llama_cpp, loaded once, with its chatter led into the log. Raises Problem when it cannot be loaded."""
    try:
        library = importlib.import_module("llama_cpp")
    except ImportError as error:
        raise Problem("llama-cpp-python is not installed.", INSTALL) from error
    except (OSError, RuntimeError) as error:
        raise Problem("llama-cpp-python is installed, but its llama.cpp library does not load.", INSTALL) from error
    library.llama_log_set(_log_callback(library), ctypes.c_void_p(0))
    library.llama_backend_init()
    return library


@cache
def _log_callback(library: Any) -> Any:
    """Cached, so that it lives as long as llama.cpp may call it."""

    def receive(level: int, text: bytes, _: object) -> None:
        line = text.decode("utf-8", errors="replace").strip(" .\n")
        if line and level in _LEVELS:  # continued lines are progress dots
            native.log(_LEVELS[level], "%s", line)
            if level == _ERROR:
                _heard.append(line)
                del _heard[:-3]

    return library.llama_log_callback(receive)


def _last_native_error() -> str:
    return "; ".join(_heard) or "llama.cpp gave no reason"
