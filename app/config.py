"""Settings and folders. Hides where they lie on each system and what a settings file may say.

Settings are values that check themselves: one default, one place. A settings file that cannot be used is a Problem that
names the file and the remedy; nothing is guessed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from engines.contract import Problem

ASSETS = Path(__file__).resolve().parent.parent / "assets"
"""What comes with the program: starter personas, starter models."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose; every field is a key of settings.toml. "auto" takes the best engine that is ready.

    An engine is a name (`--help` lists them) or the path of a model. `models`, `personas`: folders of the person's own.
    `camera`, `speaker`: (part of) a device's name, "" for the system's choice.
    """

    persona: str = "mara"
    recognizer: str = "auto"
    language_model: str = "auto"
    voice: str = "auto"
    portrait: str = "auto"
    models: str = ""
    personas: str = ""
    camera: str = ""
    speaker: str = ""
    label: str = "AI persona"

    def __post_init__(self) -> None:
        for entry in fields(self):
            if not isinstance(getattr(self, entry.name), str):
                raise Problem(
                    f'The setting "{entry.name}" must be text.', "Put its value into quotes in settings.toml."
                )
        if not 2 <= len(self.label.strip()) <= 24:
            raise Problem("The AI label must have 2 to 24 characters.", 'Shorten "label" in settings.toml.')

    @property
    def models_folder(self) -> Path:
        return Path(self.models).expanduser() if self.models else _user_folder("data") / "models"

    @property
    def persona_folders(self) -> tuple[Path, ...]:
        """Where personas lie, the person's own first."""
        own = Path(self.personas).expanduser() if self.personas else _user_folder("data") / "personas"
        return own, ASSETS / "personas"


def settings_file() -> Path:
    return _user_folder("config") / "settings.toml"


def load_settings(file: Path | None = None) -> Settings:
    """The settings of this user; the defaults when there is no file. Raises Problem, which names a broken file."""
    file = file or settings_file()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            f"The settings file {file} cannot be read.", "Mend or delete it; the defaults are fine."
        ) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"The settings file {file} is broken: {error}.", "Mend that line, or delete the file.") from error
    if unknown := sorted(set(values) - {entry.name for entry in fields(Settings)}):
        known = ", ".join(entry.name for entry in fields(Settings))
        raise Problem(f"The settings file {file} has an unknown entry: {unknown[0]}.", f"Known are: {known}.")
    return Settings(**values)


def _user_folder(kind: str) -> Path:
    import platformdirs

    find = platformdirs.user_config_path if kind == "config" else platformdirs.user_data_path
    return find("understudy", appauthor=False)
