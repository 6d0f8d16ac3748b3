"""Settings: `edm.toml`, `EDM_*` variables and flags become one frozen `Settings`.

The only reader of the environment. Precedence, strongest first: flag, environment, `edm.toml` in the working folder or
its nearest parent, the person's own `edm.toml` (see `user_settings_path`), default. Every value remembers where it came
from. Zero or an empty string stands for "no value" in files and variables, because TOML has no null; in `Settings` it
is None.

A variable is named after its place: ``EDM_ANALYSIS__MAX_WORKERS`` is ``max_workers`` in ``[analysis]``. Lists are
separated by commas. A few have a short name too (`SHORT_VARIABLES`).
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from edm.errors import SettingsError
from edm.settings import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

__all__ = [
    "SETTINGS_FILE",
    "SHORT_VARIABLES",
    "LoadedSettings",
    "default_toml",
    "load_settings",
    "project_settings_path",
    "setting_keys",
    "setting_toml",
    "user_settings_path",
]

SETTINGS_FILE = "edm.toml"
_PREFIX = "EDM_"
SHORT_VARIABLES = {"EDM_DB": "library.database", "EDM_MAX_WORKERS": "analysis.max_workers"}
_PATHS = ("models.dir", "library.database", "library.artifacts_dir")
_TOML_WIDTH = 110


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings and their origins.

    Attributes
    ----------
    settings
        The values in force.
    origins
        By dotted key (``analysis.detector``): ``default``, the flag, the variable or the file's path.
    files
        The settings files that were read, strongest first.
    """

    settings: Settings
    origins: Mapping[str, str]
    files: tuple[Path, ...]

    def value(self, key: str) -> Any:
        """Value of a dotted key (``analysis.detector``)."""
        section, name = key.split(".")
        return getattr(getattr(self.settings, section), name)


def setting_keys() -> tuple[str, ...]:
    """All dotted keys, in the order of the file."""
    sections = Settings.model_fields
    return tuple(f"{section}.{name}" for section in sections for name in _section_model(section).model_fields)


def load_settings(
    flags: Mapping[str, tuple[str, object]] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    user_file: Path | None = None,
) -> LoadedSettings:
    """Settings in force, by precedence.

    Parameters
    ----------
    flags
        What the command line says, by dotted key: name of the flag and its value, None where it was not given.
    environ, folder, user_file
        Stand in for the process's environment, the working folder and the person's settings file.

    Raises
    ------
    SettingsError
        For an unknown key, an unreadable file or a bad value; names the file or variable, the key and the value.
    """
    layers: list[tuple[str, dict[str, object]]] = []
    layers += [(flag, {key: value}) for key, (flag, value) in (flags or {}).items() if value is not None]
    layers += _environment_layers(os.environ if environ is None else environ)
    project = project_settings_path(folder)
    person = user_settings_path() if user_file is None else user_file
    files = [path for path in (project, person) if path is not None and path.is_file()]
    layers += [(str(path), _read_file(path)) for path in dict.fromkeys(files)]

    values: dict[str, object] = {}
    origins = dict.fromkeys(setting_keys(), "default")
    for origin, layer in reversed(layers):
        for key, value in layer.items():
            values[key] = value
            origins[key] = origin
    return LoadedSettings(_validate(values, origins), origins, tuple(dict.fromkeys(files)))


def project_settings_path(folder: Path | None = None) -> Path | None:
    """`edm.toml` in `folder` (the working folder) or its nearest parent that has one; None without."""
    start = (Path.cwd() if folder is None else folder).absolute()
    return next((path for place in (start, *start.parents) if (path := place / SETTINGS_FILE).is_file()), None)


def user_settings_path() -> Path:
    """Place of the person's own `edm.toml`, whether or not it exists."""
    import platformdirs

    return platformdirs.user_config_path("edm", appauthor=False) / SETTINGS_FILE


def default_toml() -> str:
    """Text of an `edm.toml` that lists every setting with its default and a comment, and changes nothing."""
    import textwrap

    lines = [
        "# Settings of edm. Every setting is here with its default; delete what you do not change.",
        "# Stronger than this file: flags, then EDM_SECTION__KEY in the environment (EDM_ANALYSIS__DETECTOR=flux).",
    ]
    for section in Settings.model_fields:
        lines += ["", f"[{section}]"]
        for name, info in _section_model(section).model_fields.items():
            comment = textwrap.wrap(info.description or "", _TOML_WIDTH, initial_indent="# ", subsequent_indent="# ")
            lines += [*comment, setting_toml(f"{section}.{name}", info.default)]
    return "\n".join(lines) + "\n"


def setting_toml(key: str, value: object) -> str:
    """A line of an `edm.toml` that sets the dotted `key` to `value`; a secret is stars, unless it is empty."""
    section, name = key.split(".")
    return f"{name} = {_toml_value(value, _section_model(section).model_fields[name].annotation)}"


def _section_model(section: str) -> type[BaseModel]:
    model = Settings.model_fields[section].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return model


def _toml_value(value: object, annotation: object) -> str:
    if value is None:
        return '""' if "Path" in str(annotation) else "0"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{part}"' for part in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path | SecretStr):
        # JSON's escapes are also TOML's.
        return json.dumps(str(value), ensure_ascii=False)
    return str(value)


def _environment_layers(environ: Mapping[str, str]) -> list[tuple[str, dict[str, object]]]:
    by_variable = {_PREFIX + key.upper().replace(".", "__"): key for key in setting_keys()}
    long_form: list[tuple[str, dict[str, object]]] = []
    short_form: list[tuple[str, dict[str, object]]] = []
    for variable, text in environ.items():
        if not variable.upper().startswith(_PREFIX):
            continue
        name = variable.upper()
        if name in by_variable:
            long_form.append((variable, {by_variable[name]: _anchored(by_variable[name], text, Path.cwd())}))
        elif name in SHORT_VARIABLES:
            short_form.append((variable, {SHORT_VARIABLES[name]: text}))
        else:
            raise _unknown(f"environment variable {variable}", name, [*SHORT_VARIABLES, *by_variable])
    return [*long_form, *short_form]


def _read_file(path: Path) -> dict[str, object]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path} is not valid TOML: {exc}", hint="`edm config init` writes a correct one") from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}") from exc
    values: dict[str, object] = {}
    for section, table in tables.items():
        if section not in Settings.model_fields:
            raise _unknown(f"{path}: section [{section}]", section, list(Settings.model_fields))
        if not isinstance(table, dict):
            raise SettingsError(
                f"{path}: {section} = {table!r} should be a section", hint=f"write [{section}] on a line"
            )
        known = list(_section_model(section).model_fields)
        for name, value in table.items():
            if name not in known:
                raise _unknown(f"{path}: key {name} in [{section}]", name, known)
            key = f"{section}.{name}"
            values[key] = _anchored(key, value, path.parent)
    return values


def _anchored(key: str, value: object, folder: Path) -> object:
    # A path in a file means the same wherever one stands.
    if key in _PATHS and isinstance(value, str) and value:
        return folder / Path(value).expanduser()
    return value


def _unknown(what: str, name: str, valid: Iterable[str]) -> SettingsError:
    choices = list(valid)
    close = difflib.get_close_matches(name, choices, n=1)
    guess = f"did you mean {close[0]}? " if close else ""
    return SettingsError(f"unknown {what}", hint=f"{guess}valid: {', '.join(choices)}")


def _validate(values: Mapping[str, object], origins: Mapping[str, str]) -> Settings:
    nested: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        if key not in origins:
            raise _unknown(f"setting {key}", key, origins)
        section, name = key.split(".")
        nested.setdefault(section, {})[name] = value
    try:
        return Settings.model_validate(nested)
    except ValidationError as exc:
        raise _explain(exc, values, origins) from exc


def _explain(exc: ValidationError, values: Mapping[str, object], origins: Mapping[str, str]) -> SettingsError:
    first = exc.errors()[0]
    key = ".".join(str(part) for part in first["loc"][:2])
    reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if key in values:
        field = _section_model(key.split(".")[0]).model_fields[key.split(".")[1]]
        # A flag says by its name which setting it is.
        place = origins[key] if origins[key].startswith("--") else f"{origins[key]}: {key} ="
        shown = "…" if field.annotation is SecretStr else _shown(values[key])
        return SettingsError(f"{place} {shown} {reason}", hint=field.description)
    sources = sorted({origins[name] for name in values if name.startswith(f"{key}.")})
    return SettingsError(f"{', '.join(sources)}: [{key}] {reason}")


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str | Path) else str(value)
