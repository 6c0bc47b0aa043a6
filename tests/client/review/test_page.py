"""The page of review does in a browser what it says."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tarjama.memory import MemoryMatch
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)
from tarjama.review.reading import read_review
from tarjama.review.writing import ReviewForm, write_review

pytestmark = pytest.mark.system

_CHROMIUM = Path("/usr/bin/chromium")
_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_UNITS = (
    ReviewedUnit(
        id="1",
        source='قال <g id="1">الوزير</g> نعم. وقال لا.',
        context="p",
        segments=(
            ReviewedSegment(
                source='قال <g id="1">الوزير</g> نعم. ',
                target='The <g id="1">minister</g> said yes. ',
                score=-0.2,
                alternatives=('Yes, said the <g id="1">minister</g>. ', "A minister agreed. "),
                matches=(MemoryMatch(source="قال الوزير", target="He said", percent=80),),
            ),
            ReviewedSegment(
                source="وقال لا.",
                target="He said no.",
                score=-1.5,
                flags=("low_confidence", "check_numbers"),
                notes=("The glossary has never for لا.",),
            ),
        ),
    ),
    ReviewedUnit(
        id="2",
        source='سطر\nسطر &lt;/script>&lt;b> &amp; <x id="1"/>',
        segments=(
            ReviewedSegment(
                source='سطر\nسطر &lt;/script>&lt;b> &amp; <x id="1"/>',
                target='line\nline &lt;/script>&lt;b> &amp; <x id="1"/>',
                score=-0.9,
                flags=("degenerate",),
            ),
        ),
    ),
    ReviewedUnit(
        id="3",
        source="ذُكِرَ",
        segments=(ReviewedSegment(source="ذُكِرَ", target="Mentioned", origin=Origin.MEMORY),),
    ),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert _CHROMIUM.exists(), "apt-get install chromium"
    with sync_playwright() as playwright:
        # As root, Chromium runs without its sandbox only.
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def review(tmp_path: Path) -> Path:
    return _review(tmp_path, _UNITS)


def _review(folder: Path, units: tuple[ReviewedUnit, ...]) -> Path:
    path = folder / "report.en.review.html"
    document = ReviewedDocument(source=SourceFile("report.docx", "0" * 64), units=units)
    with path.open("wb") as file:
        write_review(file, document, ReviewForm.HTML, written_at=_NOW)
    return path


@pytest.fixture
def page(browser: Browser, review: Path) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: problems.append(request.url))
    page.goto(review.as_uri())
    assert problems == [review.as_uri()]
    problems.clear()
    yield page
    assert [each for each in problems if not each.startswith(("blob:", "file:"))] == []
    context.close()


def _english(page: Page, number: int) -> str | None:
    return page.get_by_label(f"English of segment {number}", exact=True).text_content()


def _focus(page: Page, number: int) -> None:
    page.get_by_label(f"English of segment {number}", exact=True).focus()


def _shown(page: Page) -> list[str]:
    return page.locator("#segments > li:visible .number").all_inner_texts()


def _saved(page: Page, folder: Path, button: str = "Save reviewed page") -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def _segments(path: Path) -> list[ReviewedSegment]:
    return [segment for unit in read_review(path).units for segment in unit.segments]


def test_segments_are_shown_as_text_with_their_codes_as_marks(page: Page) -> None:
    assert _english(page, 1) == "The ‹1minister1› said yes."
    assert _english(page, 3) == "line\nline </script><b> & ‹1›"
    assert page.locator(".source").first.evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(page.get_by_role("status")).to_have_text("0 of 4 segments reviewed")
    assert page.locator("li:has(> .place)").nth(1).locator(".flags").inner_text().split("\n") == [
        "low confidence",
        "check numbers",
    ]


@pytest.mark.parametrize(
    ("choose", "shown"),
    [
        (lambda page: page.get_by_label("Sort").select_option("doubt"), ["3", "2", "1", "4"]),
        (lambda page: page.get_by_label("Show").select_option("doubtful"), ["2", "3"]),
        (lambda page: page.get_by_label("Show").select_option("flag-degenerate"), ["3"]),
        (lambda page: page.get_by_label("Show").select_option("matched"), ["1"]),
        (lambda page: page.get_by_label("Search").fill("ذكر"), ["4"]),
        (lambda page: page.get_by_label("Search").fill("SAID"), ["1", "2"]),
        (lambda page: page.get_by_label("Search").fill("not there"), []),
    ],
)
def test_segments_are_sorted_filtered_and_found(
    page: Page, choose: Callable[[Page], object], shown: list[str]
) -> None:
    choose(page)

    assert _shown(page) == shown
    assert page.get_by_text("No segment is like that.").is_visible() == (not shown)


def test_an_edit_is_saved_in_the_page_and_comes_back_from_it(page: Page, tmp_path: Path) -> None:
    _focus(page, 1)
    page.keyboard.press("End")
    page.keyboard.type(" <b>Really & truly</b>")
    expect(page.get_by_role("status")).to_have_text("1 of 4 segments reviewed, not saved yet")

    saved = _saved(page, tmp_path)

    assert saved.name == "report.docx.reviewed.html"
    first, *others = _segments(saved)
    assert first.target == 'The <g id="1">minister</g> said yes. &lt;b>Really &amp; truly&lt;/b> '
    assert first.origin is Origin.PERSON
    assert others == [segment for unit in _UNITS for segment in unit.segments][1:]
    page.goto(saved.as_uri())
    assert _english(page, 1) == "The ‹1minister1› said yes. <b>Really & truly</b>"
    expect(page.get_by_role("status")).to_have_text("1 of 4 segments reviewed")
    assert _segments(_saved(page, tmp_path, "Save as JSON"))[0] == first


def test_edits_that_were_not_saved_survive_the_page_and_can_be_discarded(page: Page) -> None:
    _focus(page, 2)
    page.keyboard.type("Indeed. ")
    page.reload()

    assert _english(page, 2) == "Indeed. He said no."
    page.get_by_role("button", name="Discard them").click()
    assert _english(page, 2) == "He said no."
    page.reload()
    assert _english(page, 2) == "He said no."


def test_saved_pages_keep_their_edits_apart_from_the_first_pages(
    page: Page, tmp_path: Path
) -> None:
    saved = _saved(page, tmp_path)
    _focus(page, 2)
    page.keyboard.type("Mine. ")
    page.reload()
    assert _english(page, 2) == "Mine. He said no."

    page.goto(saved.as_uri())

    assert _english(page, 2) == "He said no."


def test_the_keyboard_is_enough(page: Page, tmp_path: Path) -> None:
    page.keyboard.press("Alt+s")
    expect(page.get_by_label("Search")).to_be_focused()
    _focus(page, 1)
    page.keyboard.press("Alt+2")
    assert _english(page, 1) == "Yes, said the ‹1minister1›."
    page.keyboard.press("Alt+9")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("English of segment 2", exact=True)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_label("English of segment 3", exact=True)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Control+Enter")
    with page.expect_download() as download:
        page.keyboard.press("Control+s")
    download.value.save_as(tmp_path / "saved.html")

    segments = _segments(tmp_path / "saved.html")
    assert [segment.origin for segment in segments[:3]] == [Origin.PERSON] * 2 + [Origin.MACHINE]
    assert segments[0].target == 'Yes, said the <g id="1">minister</g>. '


def test_a_lost_mark_is_told_and_can_be_put_back(page: Page, tmp_path: Path) -> None:
    problem = page.locator("#segments > li").nth(2).locator(".problem")
    _focus(page, 3)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("two\nlines")
    expect(problem).to_contain_text("a mark is missing")
    page.keyboard.press("Alt+r")
    expect(problem).to_have_text("")

    assert _segments(_saved(page, tmp_path))[2].target == 'two\nlines<x id="1"/>'


def test_pasted_text_brings_no_formatting(page: Page, tmp_path: Path) -> None:
    _focus(page, 2)
    page.keyboard.press("End")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", " a\\r\\nb");
            data.setData("text/html", "<h1 onclick=alert(1)>a</h1>");
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste",
                    { clipboardData: data, bubbles: true, cancelable: true })
            );
        }"""
    )

    assert _segments(_saved(page, tmp_path))[1].target == "He said no. a\nb"


def test_a_ticked_segment_counts_as_reviewed_until_it_is_unticked(page: Page) -> None:
    box = page.get_by_label("Segment 2 is reviewed")
    box.check()
    expect(page.get_by_role("status")).to_contain_text("1 of 4")
    page.get_by_label("Show").select_option("open")
    assert _shown(page) == ["1", "3", "4"]
    page.get_by_label("Show").select_option("all")
    box.uncheck()
    expect(page.get_by_role("status")).to_contain_text("0 of 4")


def test_five_thousand_segments_are_shown_and_found_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    many = tuple(
        ReviewedUnit(id=str(at), source=f"نص {at}", segments=(
            ReviewedSegment(source=f"نص {at}", target=f"Text {at}", score=-0.5),))
        for at in range(5000)
    )  # fmt: skip
    page = browser.new_page()
    page.goto(_review(tmp_path, many).as_uri())
    page.get_by_label("Search").fill("Text 4999")
    assert _shown(page) == ["5000"]
    elapsed_ms = page.evaluate("performance.now()")
    page.close()

    # Measured: about 1.2 s on an idle core.
    assert elapsed_ms < 20_000


def test_nothing_but_the_page_itself_can_run_or_load(browser: Browser, review: Path) -> None:
    page = browser.new_page()
    page.goto(review.as_uri())
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    with page.expect_console_message() as refusal:
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
            }"""
        )

    assert "Content Security Policy" in refusal.value.text
    assert page.evaluate("window.ran") is None
    assert directives["default-src"] == "'none'"
    assert directives["script-src"].startswith("'sha256-")
    page.close()


def test_contrast_is_enough_in_light_and_dark(browser: Browser, review: Path) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
        page = context.new_page()
        page.goto(review.as_uri())
        ratios = json.loads(page.evaluate(_CONTRASTS))
        context.close()
        # WCAG 2.2, success criterion 1.4.3.
        assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


_CONTRASTS = """() => {
    const light = (colour) => {
        const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (colour !== "rgba(0, 0, 0, 0)") return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const ratios = {};
    const looks = ".source, .target, .score, .place, .flags li, .code, .kind, .old, .notes, "
        + "button, #progress, summary";
    for (const element of document.querySelectorAll(looks)) {
        const pair = [light(getComputedStyle(element).color), light(ground(element))].sort();
        const name = element.className + element.id + element.tagName;
        ratios[name] = (pair[1] + 0.05) / (pair[0] + 0.05);
    }
    return JSON.stringify(ratios);
}"""
