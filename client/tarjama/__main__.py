"""Entry point of the `tarjama` command."""

import sys

# What the `[cli]` extra brings: if one of these is absent, the extra is.
_EXTRA_MODULES = frozenset(
    {
        "charset_normalizer",
        "click",
        "docx",
        "lxml",
        "markdown_it",
        "mdit_py_plugins",
        "platformdirs",
        "polib",
        "rapidfuzz",
        "rich",
    }
)


def main() -> int:
    """Runs the command line and returns its exit code: 0 done, 1 failed, 2 misuse."""
    try:
        from tarjama.cli.application import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA_MODULES:
            raise
        print(
            "tarjama: the command line is not installed; run: pip install 'tarjama[cli]'",
            file=sys.stderr,
        )
        return 1
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
