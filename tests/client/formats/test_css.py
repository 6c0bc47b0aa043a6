"""What is turned in style sheets."""

import pytest

from tarjama.formats.css import to_left_to_right


@pytest.mark.parametrize(
    ("sheet", "turned"),
    [
        ("p{direction:rtl;text-align:right}", "p{direction:ltr;text-align:left}"),
        ("a{margin-left:1px;PADDING-RIGHT:2px}", "a{margin-right:1px;PADDING-left:2px}"),
        ("a{border-right-color:red;float:right}", "a{border-left-color:red;float:left}"),
        ("a{margin: 1px 2px 3px 4px; x}", "a{margin: 1px 4px 3px 2px; x}"),
        ("a{padding:0 1em 0 2em!important}", "a{padding:0 2em 0 1em!important}"),
        ("a{margin:1px 2px}", "a{margin:1px 2px}"),
        ("a{margin:0 calc(1px + 2px) 0 0}", "a{margin:0 calc(1px + 2px) 0 0}"),
        ("ol{list-style:inside arabic-indic}", "ol{list-style:inside decimal}"),
        (
            "@media print{pre{direction:ltr;text-align:left}p{text-align:left}}",
            "@media print{pre{direction:ltr;text-align:left}p{text-align:right}}",
        ),
        ("a{scroll-margin-left:2px;background:left}", "a{scroll-margin-left:2px;background:left}"),
    ],
)
def test_every_side_is_the_other_one(sheet: str, turned: str) -> None:
    assert to_left_to_right(sheet, swap_sides=True) == turned


def test_sides_stay_where_the_text_was_left_to_right() -> None:
    sheet = "p{direction:rtl} td{text-align:right;margin-left:1px}"
    turned = to_left_to_right(sheet, swap_sides=False)
    assert turned == sheet.replace("rtl", "ltr")
