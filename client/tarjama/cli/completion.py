"""The command `tarjama completion`."""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

COMPLETE_VARIABLE = "_TARJAMA_COMPLETE"
"""Set by the shell's script when it asks for completions."""

_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that completes this command in a shell.

    \b
    bash: eval "$(tarjama completion bash)"   in ~/.bashrc
    zsh:  eval "$(tarjama completion zsh)"    in ~/.zshrc
    fish: tarjama completion fish >~/.config/fish/completions/tarjama.fish
    """  # noqa: D301 - click wants the backspace, not its spelling
    root = context.find_root()
    script = _SHELLS[shell](root.command, {}, "tarjama", COMPLETE_VARIABLE)
    # Not `source()`, which runs bash to see whether it is new enough: it may not be here.
    click.echo(script.source_template % script.source_vars())
    return 0
