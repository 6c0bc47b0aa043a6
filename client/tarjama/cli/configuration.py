"""Defaults from `tarjama.toml`: the project's, then the user's."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarjama.cli.errors import BadSettings

FILE_NAME = "tarjama.toml"

_CONNECTED = ("translate", "models", "health", "gateway")
_TRANSLATE = ("translate",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Something that a settings file can say.

    Attributes:
        key: Its name in the file; in the table `[translate]`, with that before it.
        parameter: The parameter of the commands that it is a default of.
        read: Checks a value and makes it absolute. Raises `ValueError`, which says what is taken.
        commands: The commands that have that parameter.
        variable: The environment variable that outweighs it, if there is one.
        default: What holds where nothing says otherwise, in words.
    """

    key: str
    parameter: str
    read: Callable[[object, Path], object]
    commands: tuple[str, ...]
    variable: str | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class GivenValue:
    """What a file says.

    Attributes:
        value: The value, with absolute paths.
        file: The file.
    """

    value: object
    file: Path


def _text(value: object, folder: Path) -> object:
    if isinstance(value, str) and value:
        return value
    raise ValueError('text in quotes, as "this"')


def _texts(value: object, folder: Path) -> object:
    values = value if isinstance(value, list) else [value]
    if all(isinstance(each, str) and each for each in values):
        return values
    raise ValueError('text in quotes, or a list as ["this", "that"]')


def _path(value: object, folder: Path) -> object:
    return str(folder / Path(str(_text(value, folder))).expanduser())


def _paths(value: object, folder: Path) -> object:
    values = value if isinstance(value, list) else [value]
    return [_path(each, folder) for each in values]


def _phrases(value: object, folder: Path) -> object:
    """Phrases, and files of them, which are told apart by whether there is such a file."""
    phrases = _texts(value, folder)
    assert isinstance(phrases, list)
    return [str(folder / each) if _is_file(folder / each) else each for each in phrases]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # Too long for a name, as a phrase may be.


def _switch(value: object, folder: Path) -> object:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _count(value: object, folder: Path) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("a whole number")


def _number(value: object, folder: Path) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError("a number above 0")


def _of_translate(name: str, read: Callable[[object, Path], object], default: str) -> Setting:
    parameter = {"encoding": "codec"}.get(name, name)
    return Setting(
        key=f"translate.{name}",
        parameter=parameter,
        read=read,
        commands=_TRANSLATE,
        default=default,
    )


SETTINGS = (
    Setting(
        key="server",
        parameter="server",
        read=_text,
        commands=_CONNECTED,
        variable="TARJAMA_SERVER",
        default="one for each command",
    ),
    Setting(key="timeout", parameter="timeout_s", read=_number, commands=_CONNECTED),
    Setting(key="token_file", parameter="token_file", read=_path, commands=_CONNECTED),
    Setting(key="tls", parameter="tls", read=_switch, commands=_CONNECTED, default="false"),
    Setting(key="ca", parameter="ca", read=_path, commands=_CONNECTED),
    Setting(key="cert", parameter="cert", read=_path, commands=_CONNECTED),
    Setting(key="key", parameter="key", read=_path, commands=_CONNECTED),
    Setting(
        key="model",
        parameter="model",
        read=_text,
        commands=_TRANSLATE,
        variable="TARJAMA_MODEL",
        default="the server's",
    ),
    Setting(
        key="glossary",
        parameter="glossary",
        read=_paths,
        commands=_TRANSLATE,
        variable="TARJAMA_GLOSSARY",
    ),
    Setting(
        key="memory",
        parameter="memory",
        read=_path,
        commands=("translate", "merge"),
        variable="TARJAMA_MEMORY",
    ),
    Setting(
        key="do_not_translate", parameter="do_not_translate", read=_phrases, commands=_TRANSLATE
    ),
    _of_translate("alternatives", _count, "0"),
    _of_translate("beam_size", _count, "the model's"),
    _of_translate("bilingual", _texts, ""),
    _of_translate("columns", _texts, "all"),
    _of_translate("encoding", _text, "recognised"),
    _of_translate("exclude", _texts, ""),
    _of_translate("fields", _texts, "all"),
    _of_translate("include", _texts, "all"),
    _of_translate("jobs", _count, "4"),
    _of_translate("lines", _switch, "false"),
    _of_translate("quiet", _switch, "false"),
    _of_translate("replace_targets", _switch, "false"),
    _of_translate("resume", _switch, "true"),
    _of_translate("tmx", _switch, "false"),
    _of_translate("xliff", _switch, "false"),
)
"""All that a file can say, in the order in which it is shown."""


class Configuration:
    """What the settings files say."""

    def __init__(self, given: Mapping[str, GivenValue]) -> None:
        """Takes the values in force by their keys."""
        self.given = given

    @classmethod
    def load(cls, folder: Path | None, user_folder: Path) -> "Configuration":
        """Reads the project's file and the user's; what the project's says comes first.

        Args:
            folder: Where the project's file is looked for, then in the folder above it, and so on;
                None for nowhere.
            user_folder: Where the user's file is.

        Raises:
            BadSettings: a file cannot be read, or says what cannot be.
        """
        given: dict[str, GivenValue] = {}
        for file in settings_files(folder, user_folder):
            for key, value in _read(file).items():
                given.setdefault(key, value)
        return cls(given)

    def defaults(self) -> dict[str, dict[str, Any]]:
        """Gives the defaults of each command's parameters, as click takes them."""
        defaults: dict[str, dict[str, Any]] = {}
        for setting in SETTINGS:
            if setting.key in self.given:
                for command in setting.commands:
                    value = self.given[setting.key].value
                    defaults.setdefault(command, {})[setting.parameter] = value
        return defaults


def settings_files(folder: Path | None, user_folder: Path) -> list[Path]:
    """Gives the files that there are, the project's first."""
    places = [] if folder is None else [folder, *folder.parents]
    project = next((path for at in places if (path := at / FILE_NAME).is_file()), None)
    user = user_folder / FILE_NAME
    found = [project] if project is not None else []
    if user.is_file() and user not in found:
        found.append(user)
    return found


def working_folder() -> Path | None:
    """Gives the folder that this process works in; None if that was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


def user_settings_folder() -> Path:
    """Gives the folder of this user's settings, by the system's custom."""
    # Not at the top: it is needed for this alone.
    import platformdirs

    return platformdirs.user_config_path("tarjama", appauthor=False)


def _read(file: Path) -> dict[str, GivenValue]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadSettings(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} is not valid TOML: {error}.") from error
    translate = content.pop("translate", {})
    if not isinstance(translate, dict):
        raise BadSettings(f"{file}: translate is a table: write [translate] above its keys.")
    content.update({f"translate.{key}": value for key, value in translate.items()})
    settings = {setting.key: setting for setting in SETTINGS}
    given = {}
    for key, value in content.items():
        if key not in settings:
            raise BadSettings(_unknown(file, key))
        try:
            given[key] = GivenValue(settings[key].read(value, file.parent), file)
        except ValueError as error:
            raise BadSettings(f"{file}: {key} takes {error}.") from error
    return given


def _unknown(file: Path, key: str) -> str:
    if key == "token":
        return f"{file}: a token is a secret: put it in a file of its own, and name it: token_file."
    known = ", ".join(setting.key for setting in SETTINGS)
    return f"{file}: there is no setting {key!r}. There are: {known}."
