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
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from edm.errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

__all__ = [
    "SETTINGS_FILE",
    "SHORT_VARIABLES",
    "AnalysisSettings",
    "LoadedSettings",
    "ModelsSettings",
    "OutputSettings",
    "Settings",
    "default_toml",
    "load_settings",
    "project_settings_path",
    "setting_keys",
    "setting_toml",
    "user_settings_path",
]

SETTINGS_FILE = "edm.toml"
_PREFIX = "EDM_"
SHORT_VARIABLES = {"EDM_MAX_WORKERS": "analysis.max_workers"}
_TOML_WIDTH = 110


def _none_if_zero(value: object) -> object:
    return None if not isinstance(value, bool) and value in (0, "", "0") else value


def _no_boolean(value: object) -> object:
    # Pydantic would take true for 1.
    if isinstance(value, bool):
        raise ValueError("should be a number")
    return value


def _split_list(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


_OptionalCount = Annotated[int | None, BeforeValidator(_none_if_zero), BeforeValidator(_no_boolean)]
_OptionalNumber = Annotated[float | None, BeforeValidator(_none_if_zero), BeforeValidator(_no_boolean)]
_Workers = Annotated[int, BeforeValidator(_no_boolean)]
_Names = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
_OptionalPath = Annotated[Path | None, BeforeValidator(_none_if_zero)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AnalysisSettings(_Section):
    """What is asked of a track, and by how many workers."""

    types: _Names = Field(default=("bpm", "beats"), min_length=1, description="Estimates to make: bpm, beats.")
    detector: str = Field(
        default="auto",
        min_length=1,
        description="Beat detector: network (published networks, best), flux (needs no networks), "
        "librosa (for comparison), or auto: the best one that is installed.",
    )
    min_bpm: _OptionalNumber = Field(default=None, gt=0, description="Hard lower limit of the reported tempo; 0: none.")
    max_bpm: _OptionalNumber = Field(default=None, gt=0, description="Hard upper limit of the reported tempo; 0: none.")
    metadata: Literal["use", "ignore", "prefer"] = Field(
        default="use",
        description="BPM tags in the files. use: reported, and may break a tie; ignore: not read; prefer: a "
        "plausible tag stands in for the analysis of tempo.",
    )
    default_workers: _Workers = Field(
        default=-1,
        ge=-1,
        description="Worker processes when --workers is not given; -1: as many as cores and memory allow.",
    )
    max_workers: _OptionalCount = Field(
        default=None,
        gt=0,
        description="Cap on the number of workers, whoever asks; never raises it; 0: no cap. Also EDM_MAX_WORKERS.",
    )
    timeout_s: _OptionalNumber = Field(default=None, gt=0, description="Seconds that one track may take; 0: no limit.")

    @model_validator(mode="after")
    def _check(self) -> AnalysisSettings:
        if self.min_bpm is not None and self.max_bpm is not None and self.min_bpm >= self.max_bpm:
            raise ValueError(f"min_bpm ({self.min_bpm:g}) should be less than max_bpm ({self.max_bpm:g})")
        if self.default_workers == 0:
            raise ValueError("default_workers should be at least 1, or -1 for as many as fit")
        return self


class ModelsSettings(_Section):
    """Where the published networks are, and where they come from."""

    dir: _OptionalPath = Field(
        default=None, description="Folder of the networks; empty: our cache, then the installed madmom package."
    )
    url: str = Field(
        default="https://raw.githubusercontent.com/CPJKU/madmom_models/7e3dc1b0cad499792767074d03c38b194b9b0a79/",
        pattern=r"^https?://",
        description="Where `edm models fetch` gets them; every file is checked by SHA-256.",
    )


class OutputSettings(_Section):
    """How results and progress are shown."""

    format: Literal["auto", "table", "json", "jsonl", "csv", "yaml"] = Field(
        default="auto", description="auto: a table on a terminal, else jsonl. Also: table, json, jsonl, csv, yaml."
    )
    progress: Literal["auto", "plain", "json", "none"] = Field(
        default="auto",
        description="auto: a live board on a terminal, else plain. plain: a line now and then. Also: json, none.",
    )


class Settings(_Section):
    """Everything that can be set, checked."""

    analysis: AnalysisSettings = AnalysisSettings()
    models: ModelsSettings = ModelsSettings()
    output: OutputSettings = OutputSettings()


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
    """A line of an `edm.toml` that sets the dotted `key` to `value`."""
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
    if isinstance(value, str | Path):
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
    if key == "models.dir" and isinstance(value, str) and value:
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
        return SettingsError(f"{place} {_shown(values[key])} {reason}", hint=field.description)
    sources = sorted({origins[name] for name in values if name.startswith(f"{key}.")})
    return SettingsError(f"{', '.join(sources)}: [{key}] {reason}")


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str | Path) else str(value)
