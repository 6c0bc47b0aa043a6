"""The requests of translators' tools, and clients that others wrote, before a real server."""

import re

import httpx
import pytest
from deep_translator import LibreTranslator  # type: ignore[import-untyped]
from libretranslatepy import LibreTranslateAPI  # type: ignore[import-untyped]

TEXT = "ذهب الولد إلى المدرسة."


@pytest.fixture
def expected(http: httpx.Client) -> str:
    said = {"q": TEXT, "source": "ar", "target": "en"}
    text: str = http.post("/translate", json=said).json()["translatedText"]
    assert re.search("[a-z]{3}", text)
    return text


@pytest.mark.parametrize(
    "names", [("text", "source", "target"), ("q", "from", "to")], ids=["defaults", "others"]
)
@pytest.mark.parametrize("languages", [("ar", "en"), ("AR", "EN-US"), ("ar-EG", "en_GB")])
def test_the_line_of_omegats_plug_in_is_answered(
    http: httpx.Client, expected: str, names: tuple[str, ...], languages: tuple[str, str]
) -> None:
    answer = http.get("/translate", params=dict(zip(names, (TEXT, *languages), strict=True)))

    assert answer.json() == {"translation": expected}
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("more", [{"modelTag": ""}, {"inputIsSingleSentence": "true"}])
@pytest.mark.parametrize("languages", [("ar", "en"), ("ara", "eng"), ("ar-SA", "en-GB")])
def test_plug_ins_of_opus_cat_are_answered(
    http: httpx.Client, expected: str, more: dict[str, str], languages: tuple[str, str]
) -> None:
    source, target = languages
    asked = {"tokenCode": "0", "input": TEXT, "srcLangCode": source, "trgLangCode": target}
    answer = http.get("/MTRestService/TranslateJson", params={**asked, **more})

    assert answer.json() == {"translation": expected}


def test_plug_ins_of_opus_cat_find_the_pair_they_look_for(http: httpx.Client) -> None:
    asked = {"tokenCode": "0", "srcLangCode": "ar", "trgLangCode": "en"}
    service = "/MTRestService"

    assert http.get(f"{service}/ListSupportedLanguagePairs", params=asked).json() == ["ar-en"]
    assert http.get(f"{service}/GetLanguagePairModelTags", params=asked).json() == []


def test_nothing_is_translated_to_nothing(http: httpx.Client) -> None:
    asked = {"input": "", "srcLangCode": "ar", "trgLangCode": "en"}
    answer = http.get("/MTRestService/TranslateJson", params=asked)

    assert answer.json() == {"translation": ""}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/translate", {"text": TEXT, "source": "ar", "target": "fr"}),
        ("/translate", {"text": TEXT, "source": "ar"}),
        ("/translate", {"source": "ar", "target": "en"}),
        ("/translate", {"text": "ص" * 5001, "source": "ar", "target": "en"}),
        ("/MTRestService/TranslateJson", {"input": TEXT, "srcLangCode": "fi", "trgLangCode": "en"}),
        ("/MTRestService/TranslateJson", {"input": TEXT}),
    ],
)
def test_tools_hear_what_is_wrong(http: httpx.Client, path: str, asked: dict[str, str]) -> None:
    answer = http.get(path, params=asked)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Invalid request: ")


def test_the_one_text_that_weblate_tries_services_with_is_answered(http: httpx.Client) -> None:
    said = {"q": ["test"], "source": "en", "target": "de", "api_key": ""}

    assert http.post("/translate", json=said).json() == {"translatedText": ["Test"]}
    assert http.post("/translate", json={**said, "q": ["tests"]}).status_code == 400


def test_libretranslatepy_works(gateway: str, expected: str) -> None:
    client = LibreTranslateAPI(gateway, api_key="any")

    assert client.translate(TEXT, "ar", "en") == expected
    assert client.detect(TEXT) == [{"confidence": 100.0, "language": "ar"}]
    assert [language["code"] for language in client.languages()] == ["ar", "en"]


def test_deep_translator_works(gateway: str, expected: str) -> None:
    translator = LibreTranslator(source="ar", target="en", custom_url=f"{gateway}/", api_key="any")

    assert translator.translate(TEXT) == expected
    assert translator.translate_batch([TEXT, TEXT]) == [expected, expected]
