from pathlib import Path

import pytest

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.glossary_file import read_glossary, verbatim_terms
from tarjama_server.glossary.terms import Term


def test_a_line_is_a_term_and_its_translation(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("\ufeffالوزير\tthe minister\n\n البنك المركزي \t central bank \n")

    assert read_glossary(path) == (
        Term("الوزير", "the minister"),
        Term("البنك المركزي", "central bank"),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "cannot read the glossary"),
        ("الوزير minister\n".encode(), r"line 1 of .* has no tab"),
        ("\n الوزير\t\n".encode(), r"the translation in line 2 of .* is empty; it needs 1 to 200"),
        (f"{'و' * 201}\tx\n".encode(), "has 201 characters; the limit is 200"),
        (b"...\tx\n", "holds no letter or digit"),
        (b"BBC\ta\x07b\n", r"holds U\+0007 at code point 1"),
        (b"BBC\tBBC\n" * 1001, "holds 1001 entries; the limit is 1000"),
    ],
)
def test_what_the_service_would_not_take_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "terms.tsv"
    path.write_bytes(content)
    with pytest.raises(InputFault, match=message):
        read_glossary(path)


def test_phrases_that_stay_as_they_are_are_checked_too() -> None:
    assert verbatim_terms(["BBC"]) == (Term.verbatim("BBC"),)
    with pytest.raises(InputFault, match="--do-not-translate is empty"):
        verbatim_terms([""])
    with pytest.raises(InputFault, match=r"--do-not-translate holds U\+2028 at code point 3"):
        verbatim_terms(["BBC\u2028"])
