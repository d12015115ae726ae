"""What is kept of outputs can't act in a browser, and can still be looked at."""

from xml.etree import ElementTree

import pytest

from gdl_utils.classroom.safe_outputs import LEFT_OUT, safe_outputs
from tests.classroom.dangers import dangers

pytestmark = pytest.mark.quick
SVG = 'xmlns="http://www.w3.org/2000/svg"'
PLOT = f"""<?xml version="1.0"?><!DOCTYPE svg><svg {SVG} xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">
<defs><style>*{{fill: red}}</style><path id="m" d="M 0 0 L 1 1" style="stroke: #1f77b4; clip-path: url(#c)"/></defs>
<g id="axes"><use xlink:href="#m" x="1"/>
<text style="font: 10px 'DejaVu Sans'" font-family="'Times'">a\u00a0&amp;b</text>
<image xlink:href="data:image/png;base64,iVBORw0KGgo=" width="2" height="2"/></g></svg>"""


def kept(**data):
    (output,) = safe_outputs(
        [
            {
                "output_type": "display_data",
                "data": {name.replace("_", "/"): value for name, value in data.items()},
                "metadata": {"isolated": True},
            }
        ]
    )
    assert output["metadata"] == {}
    return output["data"]


def drawing(inside, attributes=""):
    return kept(**{"image_svg+xml": f"<svg {SVG} {attributes}>{inside}</svg>"}).get("image/svg+xml", "")


def test_a_plot_is_kept():
    root = ElementTree.fromstring(kept(**{"image_svg+xml": PLOT})["image/svg+xml"])
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert names == ["svg", "defs", "path", "g", "use", "text", "image"]
    assert root.find(".//{*}use").attrib["href"] == "#m"
    assert root.find(".//{*}path").attrib["style"].startswith("stroke: #1f77b4")
    assert root.find(".//{*}image").attrib["href"].startswith("data:image/png")
    assert root.find(".//{*}text").text == "a\u00a0&b"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script><rect onclick='alert(1)'/>",
        "<a href='javascript:alert(1)'><set attributeName='onclick' to='alert(1)'/></a>",
        "<rect style='fill:url(https://evil.example)'/><rect fill='url(//evil.example#a)'/>",
        "<rect style='fill:u\\72l(https:evil.example)' filter='url(#a)'/><rect style='@import evil'/>",
        "<image href='https://evil.example'/><use href='https://evil.example#a'/>",
        "<image href='data:image/svg+xml;base64,AA'/><use href='data:image/svg+xml;base64,AA#x'/>",
        "<foreignObject><iframe srcdoc='alert(1)'/></foreignObject><handler>alert(1)</handler>",
        "<style>@import url(https://evil.example)</style><animate attributeName='href' values='javascript:alert(1)'/>",
    ],
)
def test_nothing_in_a_drawing_acts(inside):
    text = drawing(inside, "onload='alert(1)'")
    assert not [word for word in ("alert", "evil", "svg+xml", "filter", "attributeName") if word in text]


def test_a_drawing_can_not_multiply_itself():
    uses = [f"<use href='#g{i}'/>" * 10 for i in range(20)]
    bomb = "".join(f"<g id='g{i + 1}'>{use}</g>" for i, use in enumerate(uses))
    assert "id=" not in drawing(bomb)


@pytest.mark.parametrize("text", ["no drawing", "<svg", "<svg><rect></svg><svg/>", "<svg/>" + "<rect/>" * 30_000])
def test_what_is_no_drawing_is_left_out(text):
    assert kept(**{"image_svg+xml": text}) == {"text/plain": LEFT_OUT}


def test_html_and_markdown_become_safe_html():
    data = kept(text_html="<b onclick=alert(1)>x</b><script>alert(1)</script>", text_plain="x")
    assert data == {"text/html": "<b>x</b>", "text/plain": "x"}
    data = kept(text_markdown="*x* <img src=x onerror=alert(1)> [y](javascript:alert(1)) $z$")
    assert set(data) == {"text/html"}
    assert "<em>x</em>" in data["text/html"]
    assert r"\(z\)" in data["text/html"]
    assert dangers(f"<!DOCTYPE html><title>t</title>{data['text/html']}") == []


def test_other_kinds_are_left_out():
    others = {
        "application_javascript": "alert(1)",
        "application_vnd.jupyter.widget-view+json": {},
        "image_png": 'x" onerror="alert(1)',
    }
    assert kept(**others) == {"text/plain": LEFT_OUT}
    assert kept(**others, text_plain="x", text_latex="$y$") == {"text/plain": "x", "text/latex": "$y$"}
    assert safe_outputs([{"output_type": "update_display_data", "data": {}}, {}]) == []


def test_text_and_errors_stay_as_they_are():
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": "<b>"},
        {"output_type": "error", "ename": "<E>", "evalue": "v", "traceback": ["\x1b[31mx"]},
        {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 3},
    ]
    assert safe_outputs(outputs) == outputs
