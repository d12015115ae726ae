"""Check-yourself questions in a real browser: they answer back, remember, and do without a script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGE = "book/2_3_convolutions"
# The second question of the page has four different sentences for its options and a computation.
WHOLE = "div.gdl-question#question-2"


class Reader:
    """A reader with a browser of their own, on one page."""

    def __init__(self, chromium, address, **options):
        self.address = address
        self.context = chromium.new_context(viewport={"width": 1000, "height": 800}, reduced_motion="reduce", **options)
        self.page = self.context.new_page()

    def open(self, name=PAGE):
        self.page.goto(f"{self.address}/{name}.html", wait_until="load")
        return self.page

    def options(self, whole=WHOLE):
        """The buttons by whether they are right."""
        question = self.page.locator(whole)
        right = question.get_attribute("data-right")
        buttons = {"ABCDE"[i]: button for i, button in enumerate(question.locator("button.gdl-option").all())}
        return buttons.pop(right), list(buttons.values())

    def progress(self):
        return self.page.locator(".gdl-reading .gdl-progress").get_attribute("aria-label")


@pytest.fixture
def reader(chromium, plain_address):
    reader = Reader(chromium, plain_address)
    yield reader
    reader.context.close()


def replies(page, whole=WHOLE):
    return [reply.inner_text() for reply in page.locator(f"{whole} .gdl-reply").all() if reply.is_visible()]


def test_a_wrong_option_says_why_and_keeps_the_computation_back(reader):
    page = reader.open()
    _, wrong = reader.options()
    wrong[0].click()
    (reply,) = replies(page)
    letter = wrong[0].locator(".gdl-letter").inner_text()
    assert reply.startswith(f"No. {letter} ")
    assert wrong[0].get_attribute("aria-expanded") == "true"
    assert not page.locator(f"{WHOLE} .gdl-computation").is_visible()
    assert page.locator(f"{WHOLE} [role=status]").inner_text().strip() == "No."
    wrong[1].click()
    assert len(set(replies(page))) == 2


def test_the_right_option_shows_the_computation_after_it(reader):
    page = reader.open()
    right, _ = reader.options()
    assert not page.locator(f"{WHOLE} .gdl-computation pre").first.is_visible()
    right.click()
    (reply,) = replies(page)
    assert reply.startswith("Right")
    computation = page.locator(f"{WHOLE} .gdl-computation")
    assert computation.locator("pre").first.is_visible()
    assert computation.bounding_box()["y"] > page.locator(f"{WHOLE} .gdl-reply:visible").bounding_box()["y"]


def test_it_works_by_keyboard(reader):
    page = reader.open()
    right, wrong = reader.options()
    wrong[0].focus()
    page.keyboard.press("Enter")
    assert len(replies(page)) == 1
    page.keyboard.press("Enter")
    assert replies(page) == []
    right.focus()
    page.keyboard.press("Space")
    assert replies(page)[0].startswith("Right")


def test_it_is_remembered_and_counted(reader):
    page = reader.open()
    assert reader.progress() == "0 of 3 questions answered"
    right, wrong = reader.options()
    wrong[0].click()
    right.click()
    page = reader.open()
    assert reader.progress() == "1 of 3 questions answered"
    assert page.locator(".gdl-reading .gdl-progress .gdl-later").count() == 1
    marked = page.locator(f"{WHOLE} li:is(.gdl-right, .gdl-wrong)")
    assert marked.count() == 2
    assert replies(page) == [], "an explanation that is open at once gives the answer away"


def test_all_questions_are_gathered_and_can_be_forgotten(reader):
    reader.open()
    reader.options()[0].click()
    page = reader.open("book/questions")
    assert page.locator(".gdl-question").count() > 50
    assert page.locator(".gdl-progress-of-all .gdl-first").count() == 1
    page.get_by_role("button", name="Show only what is left").click()
    hidden = page.locator(".gdl-question[hidden]")
    assert hidden.count() == 1
    assert hidden.get_attribute("id") == "2_3_convolutions-question-2"
    page.get_by_role("button", name="Forget my answers").click()
    assert page.locator(".gdl-progress-of-all .gdl-first").count() == 0
    assert page.locator(".gdl-question[hidden]").count() == 0


def test_a_page_starts_with_two_questions_of_earlier_pages(reader):
    page = reader.open()
    again = page.locator("details.gdl-again")
    again.locator("> summary").click()
    links = [link.get_attribute("href") for link in again.locator(".admonition-title a").all()]
    assert len(links) == 2
    assert links[0].startswith("2_2_multilayer_perceptron.html#question-")
    assert links[1] < "2_3"
    again.locator("button.gdl-option").first.click()
    again.locator(".gdl-reply").first.wait_for(state="visible")
    assert reader.progress() == "0 of 3 questions answered"


def test_an_answer_that_follows_later_is_not_given_away(reader):
    page = reader.open("book/3_2_autoregressive_models")
    whole = "div.gdl-question#question-3"
    page.locator(f"{whole} button.gdl-option").first.click()
    assert replies(page, whole) == ["Noted. The answer follows further down."]


def test_without_a_script_there_are_options_and_a_folded_answer(chromium, plain_address):
    reader = Reader(chromium, plain_address, java_script_enabled=False)
    page = reader.open()
    assert page.locator(f"{WHOLE} ol.gdl-options > li").count() == 4
    assert page.locator("button.gdl-option").count() == 0
    page.locator(f"{WHOLE} details.sd-dropdown > summary").click()
    assert page.locator(f"{WHOLE} .gdl-why").first.is_visible()
    assert page.locator(f"{WHOLE} .gdl-computation").is_visible()
    reader.context.close()


def test_nothing_is_stored_where_the_browser_forbids_it(reader):
    reader.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page = reader.open()
    reader.options()[0].click()
    assert replies(page)[0].startswith("Right")
    assert reader.progress() == "1 of 3 questions answered"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_no_violation_in_open_answers(reader, look):
    reader.page.emulate_media(color_scheme=look)
    page = reader.open()
    page.locator("details.gdl-again > summary").click()
    for button in page.locator("button.gdl-option").all():
        button.click()
    assert len(replies(page, "div.gdl-question")) >= 20
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], node["html"]) for one in found for node in one["nodes"]] == []
