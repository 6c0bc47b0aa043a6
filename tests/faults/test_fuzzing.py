from pathlib import Path

from tests.faults.fuzzing import fuzz


def test_whatever_is_sent_is_answered_with_a_code_of_the_contract(tmp_path: Path) -> None:
    findings, tally = fuzz(tmp_path, count=480)
    assert findings.broken == []
    methods = {method.rpartition("/")[2] for method, _ in tally.codes}
    assert {"TranslateText", "StreamingTranslateText", "ListModels", "GetModel"} <= methods
    codes = {code for _, code in tally.codes}
    assert {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "UNIMPLEMENTED"} <= codes
