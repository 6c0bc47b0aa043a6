"""Recognises which normalization profile a release's `preprocess.sh` is.

Releases ship many versions of one script; they differ in comments and in how they find their tools.
So the script is read as a pipeline, and each stage is known by what it does.
"""

import re
import shlex
from collections.abc import Iterator
from enum import StrEnum

from tarjama_server.model_store.errors import NormalizationUnknown, TargetPrefixRequired
from tarjama_server.text.normalization import OPUS_PUNCTUATION, NormalizationProfile

# What finds the tools and shapes no text.
_SETUP = re.compile(
    r"""set\s+-[a-z]+                                       # set -e
      | (export\s+)?[A-Za-z_]\w*=(`[^`]*`|"[^"`]*"|[^\s`]*)  # SPMENCODE=`which spm_encode || ...`
      | (if|elif)\s+\[\s+`hostname\s+-d`\s+==\s+"[^"]*"\s+\];\s*then
      | else
      | fi
    """,
    re.VERBOSE,
)
_ENCODER = re.compile(
    r"(\$\{?SPMENCODE\}?|(\S*/)?spm_encode)\s+--model[ =](\$\(dirname \$0\))?[^\s|;&$()]*"
    r"(\$\{?\w+\}?)?[^\s|;&$()]*"
)
_SUBSTITUTION = re.compile(r"s/(?P<source>.)(?P<spaces>\x20\*)?/(?P<target>[^/]*)/g")
_SQUEEZE = frozenset({"s/  */ /g", "s/^ *//g", "s/ *$//g"})
# `$$` is a slip from a makefile. It leaves a space at the end, which SentencePiece drops anyway.
_SQUEEZE_WITH_SLIP = frozenset({"s/  */ /g", "s/^ *//g", "s/ *$$//g"})
_TARGET_PREFIX = re.compile(r"s/\^/>>[^/]*<< ?/")
_SHOWN_CHARACTERS = 160


class _Stage(StrEnum):
    """What one command of the pipeline does to the text."""

    PUNCTUATION = "maps punctuation"
    MOSES_PUNCTUATION = "normalizes punctuation as Moses does"
    CONTROL_TO_SPACE = "makes control characters spaces"
    DELETE_FORMAT = "deletes U+2060, U+200B and U+FEFF"
    SQUEEZE_SPACES = "squeezes spaces"
    ENCODE = "runs SentencePiece"
    READ = "reads the input"


_PERL = {
    r"s/\p{C}/ /g": _Stage.CONTROL_TO_SPACE,
    r"s/(?!\n)\p{C}/ /g": _Stage.CONTROL_TO_SPACE,
    r"s/[\x{2060}\x{200B}\x{feff}]//g": _Stage.DELETE_FORMAT,
}
_MOSES_SCRIPTS = {
    "replace-unicode-punctuation.perl": _Stage.PUNCTUATION,
    "remove-non-printing-char.perl": _Stage.CONTROL_TO_SPACE,
    "normalize-punctuation.perl": _Stage.MOSES_PUNCTUATION,
}
_PROFILES: dict[tuple[_Stage, ...], NormalizationProfile] = {
    (_Stage.ENCODE,): "sentencepiece",
    (
        _Stage.PUNCTUATION,
        _Stage.CONTROL_TO_SPACE,
        _Stage.SQUEEZE_SPACES,
        _Stage.ENCODE,
    ): "opus-spm",
    (
        _Stage.PUNCTUATION,
        _Stage.CONTROL_TO_SPACE,
        _Stage.MOSES_PUNCTUATION,
        _Stage.SQUEEZE_SPACES,
        _Stage.ENCODE,
    ): "opus-spm-moses",
}


def recognize_profile(script: str) -> NormalizationProfile:
    """Say which profile a release's `preprocess.sh` is.

    Args:
        script: its text.

    Raises:
        TargetPrefixRequired: it puts a `>>lang<<` token before each sentence.
        NormalizationUnknown: it does something no profile covers; the message names the line.
    """
    commands = [
        command
        for line in _lines(script)
        if not _SETUP.fullmatch(line)
        for command in _commands(line)
    ]
    if any(_TARGET_PREFIX.fullmatch(word) for command in commands for word in command):
        raise TargetPrefixRequired(
            "preprocess.sh puts a >>lang<< token before each sentence, as the release has several "
            "target languages; only single-target releases can be served"
        )
    stages = [_stage(command) for command in commands]
    # Deleting is without effect after the control characters, as these three are among them.
    steps = tuple(
        stage
        for index, stage in enumerate(stages)
        if not (stage is _Stage.READ and index == 0)
        and not (stage is _Stage.DELETE_FORMAT and _Stage.CONTROL_TO_SPACE in stages[:index])
    )
    if steps not in _PROFILES:
        raise NormalizationUnknown(
            "preprocess.sh is no known normalization; step by step it "
            f"{', '.join(steps) if steps else 'does nothing'}"
        )
    return _PROFILES[steps]


def _lines(script: str) -> Iterator[str]:
    """Join continued lines; drop comments and blank lines."""
    kept = "\n".join(
        line.rstrip() for line in script.splitlines() if not line.lstrip().startswith("#")
    )
    joined = re.sub(r"\\\n|(?<=\|)\n+\s*", " ", kept)
    return (line.strip() for line in joined.splitlines() if line.strip())


def _commands(line: str) -> Iterator[list[str]]:
    """Split a line into its piped commands, each into words as the shell would."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError as error:  # a quotation that does not end
        raise _unknown(line) from error
    command: list[str] = []
    for word in words:
        if word == "|":
            yield command
            command = []
        else:
            command.append(word)
    if command:
        yield command


def _stage(command: list[str]) -> _Stage:
    """Say what one command does, or that nobody knows."""
    match command:
        case ["sed", *arguments]:
            stage = _sed_stage(arguments)
        case ["perl", flags, "-pe", expression] if flags.startswith("-C"):
            stage = _PERL.get(expression.strip().rstrip(";"))
        case ["cat", *_]:
            stage = _Stage.READ
        case [path, *arguments] if arguments in ([], ["-l", "$1"]):
            stage = _MOSES_SCRIPTS.get(path.rsplit("/", 1)[-1])
        case _:
            stage = _Stage.ENCODE if _ENCODER.fullmatch(" ".join(command)) else None
    if stage is None:
        raise _unknown(" ".join(command))
    return stage


def _sed_stage(arguments: list[str]) -> _Stage | None:
    expressions = [argument for argument in arguments if argument != "-e"]
    if len(expressions) == 1 and frozenset(expressions[0].split(";")) in (
        _SQUEEZE,
        _SQUEEZE_WITH_SLIP,
    ):
        return _Stage.SQUEEZE_SPACES
    replacements = {}
    for expression in expressions:
        match = _SUBSTITUTION.fullmatch(expression)
        if match is None:
            raise _unknown(f"sed -e '{expression}'")
        target = re.sub(r"\\(.)", r"\1", match["target"])
        # The two full stops take the spaces after them along; the others do not.
        if bool(match["spaces"]) != target.endswith(" "):
            raise _unknown(f"sed -e '{expression}'")
        replacements[match["source"]] = target
    for source, target in replacements.items():
        if OPUS_PUNCTUATION.get(source) != target:
            raise _unknown(f"sed -e 's/{source}/{target}/g'")
    return _Stage.PUNCTUATION if len(replacements) == len(OPUS_PUNCTUATION) else None


def _unknown(line: str) -> NormalizationUnknown:
    shown = line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + "..."
    return NormalizationUnknown(f"preprocess.sh does what no normalization covers: {shown}")
