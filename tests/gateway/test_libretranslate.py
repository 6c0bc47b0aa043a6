"""LibreTranslate's requests, answered by a real gateway before a real server."""

import io
import json
import re
import zipfile

import httpx
import pytest

TEXT = "ذهب الولد إلى المدرسة."
OTHER = "السماء زرقاء."
PAIR = {"source": "ar", "target": "en"}


@pytest.mark.parametrize("encoding", ["json", "form", "parts", "query"])
def test_a_text_is_translated_however_it_is_sent(http: httpx.Client, encoding: str) -> None:
    said = {"q": TEXT, **PAIR}
    answer = {
        "json": lambda: http.post("/translate", json=said),
        "form": lambda: http.post("/translate", data=said),
        "parts": lambda: http.post("/translate", files={k: (None, v) for k, v in said.items()}),
        "query": lambda: http.post("/translate", params=said),
    }[encoding]()

    assert answer.status_code == 200
    assert list(answer.json()) == ["translatedText"]
    assert re.search("[a-z]{3}", answer.json()["translatedText"])


def test_a_list_is_answered_with_a_list_in_its_order(http: httpx.Client) -> None:
    one, other = (
        http.post("/translate", json={"q": text, **PAIR}).json()["translatedText"]
        for text in (TEXT, OTHER)
    )

    answer = http.post("/translate", json={"q": [TEXT, "", OTHER, TEXT], **PAIR}).json()

    assert answer == {"translatedText": [one, "", other, one]}


def test_alternatives_are_given_where_asked_for_and_none_twice(http: httpx.Client) -> None:
    single = http.post("/translate", json={"q": TEXT, **PAIR, "alternatives": 3}).json()
    several = http.post("/translate", json={"q": [TEXT], **PAIR, "alternatives": "3"}).json()

    assert 1 <= len(single["alternatives"]) <= 3
    whole = [single["translatedText"], *single["alternatives"]]
    assert len(set(whole)) == len(whole)
    assert several["alternatives"] == [single["alternatives"]]


@pytest.mark.parametrize(("text", "language"), [(TEXT, "ar"), ("It is blue.", "en"), ("1", "en")])
def test_the_language_is_detected_where_it_is_not_said(
    http: httpx.Client, text: str, language: str
) -> None:
    said = {"q": text, "source": "auto", "target": "en"}
    single = http.post("/translate", json=said).json()
    several = http.post("/translate", json={**said, "q": [text, text]}).json()

    assert single["detectedLanguage"]["language"] == language
    assert several["detectedLanguage"] == [single["detectedLanguage"]] * 2
    assert http.post("/detect", data={"q": text}).json() == [single["detectedLanguage"]]


def test_markup_of_html_stays_and_only_its_text_is_translated(http: httpx.Client) -> None:
    page = f'<p class="x" dir="rtl">{OTHER} <b>{TEXT}</b></p><script>var x = "نص";</script>'

    answer = http.post("/translate", json={"q": page, **PAIR, "format": "html"}).json()

    assert list(answer) == ["translatedText"]
    html = answer["translatedText"]
    assert re.fullmatch(r'<p class="x" dir="ltr">.*<b>.+</b>.*</p><script>.*</script>', html)
    assert html.endswith('<script>var x = "نص";</script>')
    assert TEXT not in html


def test_html_without_any_tag_is_text(http: httpx.Client) -> None:
    answer = http.post("/translate", json={"q": [TEXT, "a &amp; b"], **PAIR, "format": "html"})

    translated, untouched = answer.json()["translatedText"]
    assert TEXT not in translated
    assert untouched == "a &amp; b"


WRONG = [
    ({"source": "ar", "target": "en"}, "missing q"),
    ({"q": "", **PAIR}, "missing q"),
    ({"q": [], **PAIR}, "missing q"),
    ({"q": {"a": 1}, **PAIR}, "q parameter is not a string"),
    ({"q": [TEXT, 1], **PAIR}, "not a list of strings"),
    ({"q": TEXT, "target": "en"}, "missing source"),
    ({"q": TEXT, "source": "ar"}, "missing target"),
    ({"q": TEXT, "source": "fr", "target": "en"}, "source language is not supported"),
    ({"q": TEXT, "source": "en", "target": "en"}, "source language is not supported"),
    ({"q": TEXT, "source": "ar", "target": "ar"}, "target language is not supported"),
    ({"q": TEXT, "source": "ar", "target": "auto"}, "target language is not supported"),
    ({"q": TEXT, "source": "\ud800", "target": "en"}, "source language is not supported"),
    ({"q": TEXT, **PAIR, "format": "docx"}, "format is text or html"),
    ({"q": TEXT, **PAIR, "alternatives": "many"}, "not a number"),
    ({"q": TEXT, **PAIR, "alternatives": True}, "not a number"),
    ({"q": TEXT, **PAIR, "alternatives": 10**12}, "must be <= 7"),
    ({"q": "\ud800", **PAIR}, "surrogate"),
    ({"q": TEXT * 300, **PAIR}, r"request \(6600 characters\) exceeds text limit \(5000\)"),
    ({"q": ["a"] * 1025, **PAIR}, r"request \(1025 texts\) exceeds the limit \(1024\)"),
]


@pytest.mark.parametrize(("said", "reason"), WRONG)
def test_what_is_wrong_is_said_in_the_shape_of_libretranslate(
    http: httpx.Client, said: dict[str, object], reason: str
) -> None:
    body = json.dumps(said)
    answer = http.post("/translate", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert re.search(reason, answer.json()["error"])


@pytest.mark.parametrize("body", [b"{", b"[]", b'"q"', b"[" * 50_000, b"\xff", b"", b"9" * 9999])
def test_json_that_is_none_is_refused(http: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = http.post("/translate", content=body, headers=headers)

    assert answer.status_code == 400
    assert "Invalid JSON" in answer.json()["error"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_the_bound_is_refused(http: httpx.Client, chunked: bool) -> None:
    data = b'{"q": "' + b"a" * 200_000 + b'"}'
    body = iter([data[:1000], data[1000:]]) if chunked else data
    headers = {"Content-Type": "application/json"}
    answer = http.post("/translate", content=body, headers=headers)

    assert answer.status_code == 413
    assert "125,536 bytes" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/translate", 405), ("GET", "/translate_file", 405)],
)
def test_there_is_nothing_else(http: httpx.Client, method: str, path: str, status: int) -> None:
    answer = http.request(method, path)

    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_languages_and_settings_name_what_there_is(http: httpx.Client) -> None:
    assert http.get("/languages").json() == [
        {"code": "ar", "name": "Arabic", "targets": ["en"]},
        {"code": "en", "name": "English", "targets": []},
    ]
    settings = http.get("/frontend/settings").json()
    assert settings["charLimit"] == 5000
    assert {".txt", ".docx", ".html"} <= set(settings["supportedFilesFormat"])
    assert settings["language"]["source"]["code"] == "ar"


def test_health_is_that_of_the_server(http: httpx.Client) -> None:
    answer = http.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_only_pages_of_the_origins_that_were_named_may_call(http: httpx.Client) -> None:
    ours = {"Origin": "https://pages.example", "Access-Control-Request-Method": "POST"}
    theirs = {**ours, "Origin": "https://other.example"}

    assert http.options("/translate", headers=ours).status_code == 200
    assert http.options("/translate", headers=theirs).status_code == 400
    wrong = http.post("/translate", json={}, headers={"Origin": "https://pages.example"})
    assert wrong.status_code == 400
    assert wrong.headers["access-control-allow-origin"] == "https://pages.example"


def send_file(http: httpx.Client, name: str, data: bytes, **said: str) -> httpx.Response:
    return http.post("/translate_file", files={"file": (name, data)}, data={**PAIR, **said})


def test_a_file_is_translated_and_fetched_under_its_name(http: httpx.Client) -> None:
    page = f'<html dir="rtl"><body><p>{TEXT}</p></body></html>'
    answer = send_file(http, "../تقرير 1.html", page.encode())

    assert answer.status_code == 200
    fetched = http.get(answer.json()["translatedFileUrl"])
    assert fetched.status_code == 200
    assert re.fullmatch(
        '<html [^>]*dir="ltr"[^>]*><body><p>.*[a-z].*</p></body></html>', fetched.text
    )
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert "%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%201_en.html" in fetched.headers["content-disposition"]


def test_plain_text_is_a_file_too(http: httpx.Client) -> None:
    answer = send_file(http, "a.txt", f"{TEXT}\r\n\r\n{OTHER}\r\n".encode("utf-16"))

    fetched = http.get(answer.json()["translatedFileUrl"])
    assert re.fullmatch("[^\n]+\r\n\r\n[^\n]+\r\n", fetched.content.decode("utf-16"))


def hostile_archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b" " * 30_000_000)
    return archive.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", b"MZ", "file format not supported"),
        ("a", b"text", "file format not supported"),
        ("a.txt", b"", "empty"),
        ("a.html", b"%PDF-1.7", "seems to be a PDF"),
        ("a.docx", b"PK\x03\x04 broken", "."),
        ("a.docx", hostile_archive(), "."),
    ],
)
def test_a_file_that_cannot_be_translated_is_refused(
    http: httpx.Client, name: str, data: bytes, reason: str
) -> None:
    answer = send_file(http, name, data)

    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_a_file_is_wanted_where_files_are_translated(http: httpx.Client) -> None:
    for answer in (
        http.post("/translate_file", data=PAIR),
        http.post("/translate_file", files={"file": (None, "text"), "source": (None, "ar")}),
        http.post("/translate_file", json=PAIR),
        send_file(http, "a.txt", TEXT.encode(), source="fr"),
    ):
        assert answer.status_code == 400
        assert "Invalid request" in answer.json()["error"]


def test_a_file_above_the_bound_is_refused(http: httpx.Client) -> None:
    answer = send_file(http, "a.txt", b"a" * (1024 * 1024 + 100_000))

    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["nothing", "x.txt", "..%2f..%2fetc%2fpasswd", "%00"])
def test_a_file_that_is_not_kept_cannot_be_fetched(http: httpx.Client, name: str) -> None:
    assert http.get(f"/download_file/{name}").status_code == 404


def test_a_body_that_nobody_wants_is_bounded_too(http: httpx.Client) -> None:
    asked = {"text": TEXT, **PAIR}
    answer = http.request("GET", "/translate", params=asked, content=b"a" * 200_000)

    assert answer.status_code in (200, 413)
    assert http.get("/translate", params=asked).status_code == 200
