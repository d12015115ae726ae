"""How pages look in a real browser: ranks of headings, numbers in the text, tables, figures, the first page."""

import re

import pytest

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def open_page(chromium, plain_address):
    """Opens a page in a window of a size, in the light or the dark look."""
    contexts = []

    def opened(name, size=DESK, look="light"):
        context = chromium.new_context(viewport=size, color_scheme=look, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{plain_address}/{name}.html", wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


def style(page, selector, name):
    return page.locator(selector).first.evaluate("(e, name) => getComputedStyle(e)[name]", name)


def test_a_heading_weighs_and_measures_more_than_those_below(open_page):
    page = open_page("book/1_4_maximum_likelihood")
    ranks = ["h1", "h2", "h3"]
    weights = [int(style(page, f".bd-article {rank}", "fontWeight")) for rank in ranks]
    sizes = [float(style(page, f".bd-article {rank}", "fontSize").removesuffix("px")) for rank in ranks]
    assert weights == sorted(weights, reverse=True)
    assert len(set(sizes)) == 3
    assert sizes == sorted(sizes, reverse=True)
    assert float(style(page, "section#recap > h2", "fontSize").removesuffix("px")) < sizes[1]


def test_numbers_that_were_computed_are_not_bold(open_page):
    page = open_page("book/2_3_convolutions")
    assert style(page, "p span.pasted-text", "fontWeight") == "400"


def test_the_type_comes_from_the_site(open_page):
    page = open_page("book/index")
    page.reload(wait_until="networkidle")
    loaded = page.evaluate("() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert {"Source Sans 3", "Source Serif 4"} <= {name.strip('"') for name in loaded}
    assert style(page, ".bd-article p", "fontFamily").startswith('"Source Sans 3"')


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_models_summary_has_the_ground_of_the_page(open_page, look):
    page = open_page("book/2_2_multilayer_perceptron", look=look)
    boxes = page.locator(".output.text_html:has(> pre)")
    assert boxes.count() >= 5
    grounds = {box.evaluate("e => getComputedStyle(e).backgroundColor") for box in boxes.all()}
    assert grounds == {"rgba(0, 0, 0, 0)"}
    assert style(page, ".output.text_html > pre", "backgroundColor") == "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_lines_of_a_printed_table_stay_whole(open_page, size):
    page = open_page("book/1_4_maximum_likelihood", size)
    tables = page.locator(".output.gdl-aligned pre")
    assert tables.count() >= 3
    for table in tables.all():
        lines = len(table.text_content().rstrip("\n").split("\n"))
        height, line = table.evaluate("e => [e.clientHeight, parseFloat(getComputedStyle(e).lineHeight)]")
        assert height < (lines + 2.5) * line


# One of the pages has an interactive figure, too, whose styles are its own, and one has the widest table.
PAGES_WITH_TABLES = [
    ("light", "1_5_taxonomy"),
    ("dark", "3_4_variational_autoencoders"),
    ("light", "3_8_six_families_compared"),
]


@pytest.mark.parametrize(("look", "name"), PAGES_WITH_TABLES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_table_of_results_fits_and_can_be_reached(open_page, size, look, name):
    page = open_page(f"book/{name}", size, look=look)
    tables = page.locator("div.gdl-table:visible")
    assert tables.count() >= 3
    for table in tables.all():
        # It is as wide as the column at most, and what is wider moves within it, by keys too.
        assert table.evaluate("e => e.clientWidth <= e.closest('.cell_output').clientWidth && e.tabIndex === 0")
        assert size is PHONE or table.evaluate("e => e.scrollWidth <= e.clientWidth"), "a desk has room for all of it"
        assert table.locator("th[scope=col]").count() > 1
        heights = table.locator("td").evaluate_all("cells => cells.map(e => e.clientHeight)")
        assert max(heights) < 1.5 * min(heights), "no cell wraps"
        for row in table.locator("tr").all():
            lines = row.locator("th, td").evaluate_all("cells => cells.map(e => e.getBoundingClientRect().bottom)")
            assert max(lines) - min(lines) < 2, "what stands in a row stays in a row"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    numbers = tables.last.locator("td").last
    assert numbers.evaluate("e => getComputedStyle(e).fontVariantNumeric") == "tabular-nums"
    assert numbers.evaluate("e => getComputedStyle(e).textAlign") == "right"
    assert style(page, ".output.text_html:has(> div.gdl-table)", "backgroundColor") == "rgba(0, 0, 0, 0)"


def test_panels_stand_one_below_the_other_on_a_phone(open_page):
    for size, is_narrow in ((PHONE, True), (DESK, False)):
        page = open_page("book/1_1_generative_modelling", size)
        images = page.locator("picture:has(source[data-phone]) > img")
        assert images.count() >= 4
        for image in images.all()[:3]:
            image.scroll_into_view_if_needed()
            image.evaluate("e => e.complete || new Promise(done => e.onload = done)")
            source, shown = image.evaluate("e => [e.currentSrc, e.clientWidth / e.naturalWidth]")
            assert source.endswith("-phone.png") == is_narrow
            assert shown > 0.8, "the letters are about as large as they were drawn"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_wide_figure_can_be_read_on_a_phone(open_page):
    page = open_page("book/1_5_taxonomy", PHONE)
    wide = page.locator("a.gdl-alone:has(> img.gdl-wide)")
    assert wide.count() >= 3
    for figure in wide.all():
        # It is moved within its own frame.
        assert figure.evaluate("e => e.scrollWidth > 1.5 * e.clientWidth && e.clientWidth < innerWidth")


def test_captions_are_aligned_alike(open_page):
    page = open_page("book/1_5_taxonomy")
    captions = page.locator("figure figcaption p")
    assert captions.count() >= 5
    assert {one.evaluate("e => getComputedStyle(e).textAlign") for one in captions.all()} == {"start"}


def test_figures_and_exercises_are_numbered_by_page(open_page):
    page = open_page("book/1_4_maximum_likelihood")
    numbers = [re.search(r"\d[\d.]*", one)[0] for one in page.locator("figcaption .caption-number").all_inner_texts()]
    assert numbers == [f"1.4.{i}" for i in range(1, len(numbers) + 1)]
    titles = page.locator(".admonition.exercise > .admonition-title").all_inner_texts()
    assert titles
    assert all("1.4." in title for title in titles), titles


def test_a_page_says_how_long_it_takes(open_page):
    said = open_page("book/1_4_maximum_likelihood").locator(".gdl-reading").inner_text()
    minutes, questions = map(int, re.findall(r"\d+", said))
    assert 15 < minutes < 120
    assert questions == 3


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_first_page_has_six_maps_that_lead_on(open_page, size):
    page = open_page("book/index", size)
    maps = page.locator(".gdl-maps a")
    assert maps.count() == 6
    assert maps.locator("img").evaluate_all("all => all.every(one => one.complete && one.naturalWidth === 640)")
    maps.nth(4).click()
    page.wait_for_url("**/3_6_diffusion_and_flow_matching.html")


def test_the_first_page_draws_when_asked(open_page):
    page = open_page("book/index")
    figure = page.locator("#interactive-earth")
    figure.get_by_role("button", name="New noise").wait_for()
    before = figure.locator("svg").first.inner_html()
    figure.get_by_role("button", name="New noise").click()
    assert figure.locator("svg").first.inner_html() != before


@pytest.mark.parametrize(
    "name", ["book/index", "book/1_generative_modelling", "book/2_deep_learning", "book/3_six_families"]
)
def test_cards_of_opening_pages_tell_the_time(open_page, name):
    page = open_page(name)
    times = page.locator(".sd-card-footer .gdl-minutes").all_inner_texts()
    assert len(times) >= 3
    assert all(re.fullmatch(r"\d+ (min|hours)", time) for time in times), times


def test_progress_on_a_chapters_cards_is_what_was_answered(open_page):
    page = open_page("book/2_3_convolutions")
    question = page.locator("div.gdl-question#question-1")
    question.locator("button.gdl-option").nth("ABCD".index(question.get_attribute("data-right"))).click()
    page.goto(page.url.replace("2_3_convolutions", "2_deep_learning"))
    assert page.locator(".sd-card-footer .gdl-first").count() == 1
