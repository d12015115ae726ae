"""What a parser of HTML does for a text is bounded before it is parsed, and so is what comes out."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_utils.classroom.markup_cost import closed_in_words, parsing_cost
from gdl_utils.classroom.sanitise import clean_html, clean_svg

pytestmark = pytest.mark.quick

TAGS = "a b code em i nobr small font p div span li td tr table tbody caption h1 select option button svg g"
PIECES = st.sampled_from(
    [
        *(f"<{tag}>" for tag in TAGS.split()),
        *(f"<{tag} title={number}>" for tag in ["a", "b", "i", "p", "div", "td"] for number in range(4)),
        *(f"</{tag}>" for tag in TAGS.split()),
        *[
            "x",
            "<!-- ",
            " -->",
            "<",
            ">",
            '"',
            "<br/>",
            "<style>",
            "</style>",
            "<textarea>",
            '<p title="</b>">',
            "&lt;",
        ],
    ]
)
NESTED = st.recursive(
    st.text("ab x-", min_size=1),
    lambda inside: st.builds(
        "<{0}{1}>{2}</{0}>".format,
        st.sampled_from(["b", "code", "em", "i", "s", "small", "strong", "u", "span", "sub"]),
        st.sampled_from(["", ' title="a"', ' title="x-b &lt;b"']),
        st.lists(inside, max_size=3).map("".join),
    ),
)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("plain & < text", 0),
        ("<p>a</p><p>b</p>", 1 + 2 + 1 + 2),
        ("<p><br>a<br/></p>", 1 + 2 + 2 + 2),
        ("<P></p ><!-- <?xml a?><!doctype html>", 1 + 2),
        # Nothing that may be a part of something else closes an element.
        ("<b a='</b>'></b>", 1 + 2),
        ("<b><!-- > --></b>", 1 + 2),
        ("<b><!-- <b> --></b>", 1 + 2 * (1 + 1 + 1)),
        ("<b a''></b><i></i>", 4 * (1 + 2)),
        # An element that another one closes may be open to the end.
        ("<p><b></p></b></p>", 1 + 2 + 3 + 3 + 2),
        ("<g/><g/>", 1 + 2),
    ],
)
def test_a_tag_costs_the_elements_that_are_open(text, cost):
    assert parsing_cost(text) == cost


def test_closed_elements_stay_what_they_are():
    text = "<g id=\"a\"><path d='M 0/>'/><use href=#a/></g>"
    assert closed_in_words(text) == "<g id=\"a\"><path d='M 0/>'></path><use href=#a></use></g>"
    assert parsing_cost(closed_in_words("<g/>" * 100)) == 100 * 3


@given(st.lists(PIECES, max_size=30), st.integers(1, 40))
def test_what_comes_out_grows_with_what_went_in(pieces, times):
    text = "".join(pieces) * times
    # A link gets an attribute, a row of a table its table.
    assert len(clean_html(text) or "") <= 45 * len(text)


@given(st.lists(NESTED, max_size=5).map("".join))
def test_well_nested_text_stays_as_it_is(text):
    assert clean_html(text) == text


def test_what_a_notebook_shows_is_kept():
    drawing = io.StringIO()
    figure, axes = plt.subplots(2, 2)
    for each in axes.flat:
        each.scatter(np.arange(1000), np.arange(1000) ** 2)
    figure.savefig(drawing, format="svg")
    plt.close(figure)
    assert clean_svg(drawing.getvalue()).count("<use") > 4000
    table = pd.DataFrame(np.zeros((200, 10)))
    assert clean_html(table.to_html()).count("<td>") == 2000
    graph = '<svg xmlns="http://www.w3.org/2000/svg">' + "<g><title>a</title><path d='M0,0'/></g>" * 3000 + "</svg>"
    assert clean_svg(graph).count("<path") == 3000


CLIPPED = '<clipPath id="c{0}">' + 2 * '<rect clip-path="url(#c{1})" width="5" height="5"/>' + "</clipPath>"


@pytest.mark.parametrize(
    "inside",
    [
        f'<path id="p" d="{"M 1 2 " * 50_000}"/>' + '<use href="#p"/>' * 1000,
        f'<path id="p" d="{"M 1 2 " * 50_000}"/><clipPath id="c"><use href="#p"/></clipPath>'
        + '<rect clip-path="url(#c)" width="5"/>' * 1000,
        "".join(CLIPPED.format(number, number + 1) for number in range(30)),
        '<clipPath id="c"><rect clip-path="url(#c)" width="5"/></clipPath>',
    ],
    ids=["a long path", "a long path that clips", "clips of clips", "a circle"],
)
def test_no_drawing_draws_itself_over_and_over(inside):
    assert clean_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>') is None


def test_shapes_that_are_named_a_few_times_are_drawn():
    gradients = '<linearGradient id="a"/><linearGradient id="b" href="#a"/><rect id="r" fill="url(#b)"/>'
    clips = '<clipPath id="c"><use href="#r"/></clipPath>' + '<rect clip-path="url(#c)" fill="#abc"/>' * 100
    drawn = clean_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{gradients}{clips}</svg>')
    assert drawn is not None and drawn.count("url(#c)") == 100
