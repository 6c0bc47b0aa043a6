"""The server's settings: flags, then environment, then a TOML file, then defaults."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from tarjama_server.cores import available_cores
from tarjama_server.observability import LogFormat, LogLevel

ENVIRONMENT_PREFIX = "TARJAMA_SERVER_"


class BadSettings(Exception):
    """A setting is unknown or has a value it cannot have. The message names it."""


class Settings(BaseSettings):
    """What the server can be told. Each field is a flag, a variable and a key of the file."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="forbid", frozen=True)

    listen: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1:50051",), description="Addresses to serve on: HOST:PORT or unix:PATH."
    )
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        ("ar-en-small",), description="Models to serve, the default one first."
    )
    models_dir: Path | None = Field(
        None, description="Where fetched models live. By default the platform's user-data folder."
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="What to compute on.")
    device_indexes: Annotated[tuple[Annotated[int, Field(ge=0)], ...], NoDecode] = Field(
        (0,), description="GPUs to compute on, with a copy of the model on each; 0 on a CPU."
    )
    compute_type: str = Field(
        "default", description="As CTranslate2 names it; default keeps the type of the weights."
    )
    workers: int = Field(
        default_factory=available_cores,
        ge=1,
        le=256,
        description="Batches in flight at once, on each device. As many as cores, with a thread "
        "each, translate the most. The cores are those of the CPU affinity and the cgroup quota.",
    )
    threads_per_worker: int = Field(
        1,
        ge=1,
        le=256,
        description="Threads inside a batch, on a CPU. More of them and fewer workers answer a "
        "lone call sooner; workers times threads should not exceed the cores. "
        "`tarjama-server tune` measures both.",
    )
    max_batch_tokens: int = Field(
        # On a CPU more only pads more and leaves the caches: with the bundled model on two cores
        # the engine alone does 218 sentences a second at 256, 193 at 1,024 and 159 at 4,096.
        256,
        ge=64,
        le=65536,
        description="Sentences in a batch times its longest one's tokens. A GPU wants thousands: "
        "see `tarjama-server tune`.",
    )
    max_calls: int = Field(
        512,
        ge=1,
        description="Calls in progress at once; more are refused. The last eighth is for callers "
        "that hold less than their part.",
    )
    max_queue_s: float = Field(
        2.0,
        gt=0,
        le=3600,
        description="Seconds of work that may wait before an interactive call; one that would "
        "wait longer is refused.",
    )
    max_bulk_queue_s: float = Field(
        30.0,
        gt=0,
        le=3600,
        description="The same before a bulk call or stream, interactive work included.",
    )
    drain_grace_s: float = Field(
        30.0, ge=0, le=3600, description="Seconds accepted calls have to end after SIGTERM."
    )
    watchdog_factor: float = Field(
        20.0,
        ge=0,
        allow_inf_nan=False,
        description="A batch that takes so many times its estimate hangs, and so does the server: "
        "it writes its threads' stacks, without text, to stderr and ends at once with exit code "
        "70, so that whatever supervises it starts it anew. 0 to wait for ever.",
    )
    watchdog_floor_s: float = Field(
        30.0,
        gt=0,
        le=86400,
        allow_inf_nan=False,
        description="Seconds before which nothing hangs, and after which the server does if it "
        "no longer handles calls. Time that the machine slept does not count.",
    )
    cache_bytes: int = Field(
        64 << 20, ge=0, description="Memory for translations of sentences seen before; 0 for none."
    )
    metrics_listen: str | None = Field(
        None,
        description="HOST:PORT to answer Prometheus on, over HTTP and to all who can reach it, "
        "such as 127.0.0.1:9464. It tells counts and callers' names, never text; beyond this "
        "machine it is served, too, with a warning in the log. By default nobody is answered.",
    )
    tracing: Literal["off", "otlp"] = Field(
        "off",
        description="Where to send traces: otlp sends them as OTEL_ variables say, by default to "
        "localhost:4317.",
    )
    log_format: LogFormat = Field("text", description="Logs for people (text) or machines (json).")
    log_level: LogLevel = Field("info", description="Least serious messages to log.")
    token: SecretStr | None = Field(
        None,
        min_length=1,
        description="A bearer token that calls must carry, health checks apart.",
    )
    tokens_file: Path | None = Field(
        None,
        description="File of `tarjama-server tokens`: calls must carry one of its tokens, health "
        "checks apart. Read again when it changes.",
    )
    tls_cert: Path | None = Field(
        None,
        description="Certificate to show on HOST:PORT addresses, in PEM, with its intermediates. "
        "Read again when it changes.",
    )
    tls_key: Path | None = Field(None, description="Key of the certificate, not encrypted.")
    tls_client_ca: Path | None = Field(
        None, description="Authorities of clients, which must then show a certificate of theirs."
    )
    allow_insecure: bool = Field(
        False,
        description="Serve addresses beyond this machine without TLS, or to callers without "
        "token and certificate. Only for networks that are protected otherwise.",
    )
    max_connection_age_s: float = Field(
        1800.0,
        ge=0,
        le=1e6,
        allow_inf_nan=False,
        description="Seconds after which clients are asked to connect anew, so that balancers "
        "spread them again; 0 for never.",
    )
    connection_grace_s: float | None = Field(
        None,
        ge=0,
        le=1e6,
        allow_inf_nan=False,
        description="Seconds that calls on such a connection have to end; by default as long as "
        "they take.",
    )

    @field_validator("listen", "models", "device_indexes", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take `a,b` from the environment as well as lists."""
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else value

    @field_validator("listen", "models", "device_indexes")
    @classmethod
    def _not_empty(cls, value: tuple[object, ...]) -> tuple[object, ...]:
        if not value:
            raise ValueError("at least one is needed")
        return value


def load_settings(config_file: Path | None, flags: Mapping[str, Any]) -> Settings:
    """Gather the settings.

    Args:
        config_file: a TOML file with keys as in `Settings`, or None.
        flags: fields given on the command line.

    Raises:
        BadSettings: a setting is unknown or wrong, or the file cannot be read.
    """

    class Sourced(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            file = [TomlConfigSettingsSource(settings_cls, config_file)] if config_file else []
            return (init_settings, env_settings, *file)

    if config_file is not None and not config_file.is_file():
        raise BadSettings(f"there is no settings file {config_file}")
    try:
        settings = Sourced(**flags)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, problem["loc"]))
        fault = "there is none" if problem["type"] == "extra_forbidden" else problem["msg"]
        raise BadSettings(f"setting {name}: {fault}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{config_file} is no TOML: {error}") from error
    except (SettingsError, ValueError, OSError) as error:
        raise BadSettings(f"cannot read the settings: {error}") from error
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    """Refuse settings that contradict each other, or that would serve more people than meant.

    Raises:
        BadSettings: they do.
    """
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise BadSettings("tls_cert and tls_key go together; only one is set")
    if settings.tls_client_ca is not None and settings.tls_cert is None:
        raise BadSettings("tls_client_ca needs tls_cert and tls_key")
    exposed = next((address for address in settings.listen if not is_local(address)), None)
    if exposed is None or settings.allow_insecure:
        return
    if settings.tls_cert is None:
        raise BadSettings(
            f"{exposed} can be reached from beyond this machine, and texts and tokens would "
            "travel in clear: set tls_cert and tls_key, or pass --allow-insecure if the "
            "network is protected otherwise"
        )
    if settings.tls_client_ca is None and settings.tokens_file is None and settings.token is None:
        raise BadSettings(
            f"{exposed} can be reached from beyond this machine, by anyone: set tokens_file or "
            "tls_client_ca, or pass --allow-insecure if the network is protected otherwise"
        )


def is_local(address: str) -> bool:
    """Whether `address` is a socket, or a port that only this machine reaches."""
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
