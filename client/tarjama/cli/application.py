"""The `tarjama` command: its subcommands, and how it ends."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from tarjama import TarjamaError
from tarjama.cli.completion import completion
from tarjama.cli.config_command import config
from tarjama.cli.configuration import Configuration, user_settings_folder, working_folder
from tarjama.cli.errors import BadSettings, CommandFailed, OutputClosed
from tarjama.cli.gateway import gateway
from tarjama.cli.glossary import glossary
from tarjama.cli.memory import memory
from tarjama.cli.merge import merge
from tarjama.cli.server_commands import health, models
from tarjama.cli.terminal import Terminal
from tarjama.cli.translate import translate

_DONE, _FAILED = 0, 1
# A shell reports a program that a signal ended as 128 and the signal's number.
_BY_SIGNAL = 128
_SIGINT, _SIGPIPE = 2, 13


class _Terminated(BaseException):
    """A signal asks this process to end. Raised so that what is open gets tidied up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@click.group(
    commands=[translate, merge, glossary, memory, gateway, models, health, config, completion],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(package_name="tarjama", prog_name="tarjama")
@click.pass_context
def tarjama(context: click.Context) -> None:
    """Translate Arabic documents into English, with a Tarjama server.

    Defaults come from tarjama.toml: see tarjama config.
    """
    try:
        configuration = Configuration.load(working_folder(), user_settings_folder())
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    context.obj = configuration
    context.default_map = configuration.defaults()


def run(arguments: Sequence[str]) -> int:
    """Runs the command line.

    A fault of the program's own is not caught and shows its traceback.

    Args:
        arguments: What stands on the command line after the command's name.

    Returns:
        The exit code: 0 done, 1 failed, 2 misuse, 130 after Ctrl-C, 128 and the signal's number
        after another signal, and so 141 when the reader of standard output went away.
    """
    try:
        with _signals_raised():
            code = tarjama.main(list(arguments), prog_name="tarjama", standalone_mode=False)
    except click.Abort:
        return _BY_SIGNAL + _SIGINT
    except _Terminated as error:
        return _BY_SIGNAL + error.number
    except OutputClosed:
        _discard_standard_output()
        return _BY_SIGNAL + _SIGPIPE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (CommandFailed, TarjamaError) as error:
        Terminal().failure(str(error))
        return _FAILED
    return code if isinstance(code, int) else _DONE


@contextmanager
def _signals_raised() -> Iterator[None]:
    """Turns the signals that ask for an end into an exception, unless they are ignored."""
    asking = [signal.SIGTERM]
    if sys.platform != "win32":
        asking.append(signal.SIGHUP)
    # Under `nohup` a hang-up is ignored, and is to stay so.
    taken = [number for number in asking if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _raise_terminated)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _raise_terminated(number: int, frame: FrameType | None) -> None:
    raise _Terminated(number)


def _discard_standard_output() -> None:
    """Keeps the interpreter from failing when it flushes standard output at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
