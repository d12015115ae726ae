"""Every page of the built site in a real browser: nothing from elsewhere, no errors, formulas, links, phones, axe."""

import re
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import bs4
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import TimeoutError

from gdl_utils.book.build import toc_pages

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
OTHERS = ["genindex", "search", "404"]
# Of all that a page transfers but its pictures, compressed.
# The weights of a figure's network, up to two of 160 kB, come with its page.
MOST_BYTES = 1_200_000


WIDE_CODE_CAN_BE_SCROLLED = """() => [...document.querySelectorAll("pre")].every(
  block => block.scrollWidth <= block.clientWidth || block.tabIndex >= 0)"""


class Visit:
    """A page in a browser without anything in its cache, with what it asked for.

    The page takes the look of the machine, light or dark, until a reader chooses one.
    """

    def __init__(self, browser, address, name, size=DESKTOP):
        self.requests = []
        self.finished = []
        self.errors = []
        self.context = browser.new_context(viewport=size, color_scheme="light", reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfinished", lambda request: self.finished.append(request))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.goto(f"{address}/{name}.html", wait_until="networkidle")
        # Formulas are set after the page is there.
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        self.page.evaluate("() => document.fonts.ready.then(() => null)")

    def look(self, theme, size):
        """Have the machine ask for a light or dark look, in a window of another size."""
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.set_viewport_size(size)
        self.page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        # Where code has become too wide, the theme lets keys scroll it, a moment after the window's size has changed.
        with suppress(TimeoutError):
            self.page.wait_for_function(WIDE_CODE_CAN_BE_SCROLLED, timeout=3_000)

    def transferred(self):
        """Bytes of all but pictures."""
        sizes = [one.sizes() for one in self.finished if one.resource_type != "image"]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    def __enter__(self):
        return self.page

    def __exit__(self, *_):
        self.context.close()


@pytest.fixture(scope="module")
def names(root):
    return [*toc_pages(root), *OTHERS]


# Most elements of a page are words of code and signs of formulas. Of each kind of word axe sees one, and the others
# become plain text; of the formulas in one kind of place it sees the first.
UNITE_ELEMENTS = """() => {
  const seen = new Set(), again = [], formulas = [];
  const isNew = key => !seen.has(key) && seen.add(key);
  for (const span of document.querySelectorAll(".highlight span, .sig span, .sig em")) {
    const place = span.closest(".highlight, .sig").parentElement.parentElement.className;
    if (!isNew(`${span.tagName};${span.className};${span.parentElement.className};${place}`)) again.push(span);
  }
  for (const formula of document.querySelectorAll("mjx-container")) {
    const places = [];
    for (let place = formula.parentElement; place; place = place.parentElement) {
      places.push(`${place.tagName}.${place.className}`);
    }
    if (!isNew(places.join(" "))) formulas.push(formula);
  }
  again.forEach(span => span.replaceWith(...span.childNodes));
  formulas.forEach(formula => formula.replaceWith("formula"));
}"""
# Whether text can be read depends on these properties alone, so that axe need not see more than three texts of each
# kind in a part of the page.
MARK_TEXTS = """() => {
  const grounds = new Map([[null, ""]]), seen = new Map();
  const groundOf = element => {
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join(" ");
      grounds.set(element, `${groundOf(element.parentElement)}; ${own}`.replace("; rgba(0, 0, 0, 0) none 1 none", ""));
    }
    return grounds.get(element);
  };
  for (const element of document.querySelectorAll("body *")) {
    delete element.dataset.kind;
    const hasText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || !element.checkVisibility({visibilityProperty: true})) continue;
    // One may lie where nobody sees it, such as a menu beside the window, and would stand for the others.
    const part = element.closest('[class*="bd-"]')?.className;
    const style = getComputedStyle(element);
    const kind = [part, style.color, style.fontSize, style.fontWeight, style.textShadow, groundOf(element)].join(" ");
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (seen.get(kind) <= 3) element.dataset.kind = seen.size;
  }
}"""
ONLY_MARKED_TEXTS = "() => axe.configure({rules: [{id: 'color-contrast', selector: '[data-kind]'}]})"
# Loading takes long, so a page is loaded once and looked at twice; the second time axe tries what the look changes.
WAYS = {"light, on a desk": ("light", DESKTOP), "dark, on a phone": ("dark", PHONE)}
OF_THE_LOOK = ["link-in-text-block", "scrollable-region-focusable", "target-size", "meta-viewport"]


def violations(page, preload, first_look):
    """What axe finds in a page whose elements are united, in a look; in the first all that it knows."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(ONLY_MARKED_TEXTS)
    page.evaluate(MARK_TEXTS)
    rules = {} if first_look else {"runOnly": ["color-contrast", *OF_THE_LOOK]}
    options = {**rules, "resultTypes": ["violations"], "preload": preload}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [(one["id"], node["html"]) for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def looks(chromium, site_address, names):
    """What was seen of each page, by the way of looking at it and its name."""
    seen = {way: {} for way in WAYS}
    for name in names:
        visit = Visit(chromium, site_address, name)
        with visit as page:
            for way, (theme, size) in WAYS.items():
                visit.look(theme, size)
                # Interactive figures take a moment until they are drawn in the new size.
                with suppress(TimeoutError):
                    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=5000)
                seen[way][name] = {
                    "requests": list(visit.requests),
                    "transferred": visit.transferred(),
                    "console": list(visit.errors),
                    "theme": page.evaluate("() => document.documentElement.dataset.theme"),
                    "formulas": page.locator(".math").count(),
                    "rendered": page.locator(".math mjx-container").count(),
                    "errors": page.locator("mjx-merror, [data-mjx-error]").count(),
                    "wider": page.evaluate("() => document.documentElement.scrollWidth - innerWidth"),
                }
                visit.errors.clear()
            page.evaluate(UNITE_ELEMENTS)
            # The last, since axe itself loads things again; first in the look that the page has now.
            for way, (theme, size) in reversed(WAYS.items()):
                visit.look(theme, size)
                # Style sheets, the same for all pages, are looked at with the first.
                preload = theme == "light" and name == names[0]
                seen[way][name]["violations"] = violations(page, preload, first_look=theme == "light")
    return seen


@pytest.fixture(scope="module", params=WAYS)
def visits(request, looks):
    """The look that was asked for, and what was seen of each page, by its name."""
    return WAYS[request.param][0], looks[request.param]


def test_pages_load_from_the_site_alone(visits, site_address):
    for name, seen in visits[1].items():
        assert seen["requests"], name
        assert [url for url in seen["requests"] if not url.startswith((site_address, "data:", "blob:"))] == [], name


def test_no_page_reports_an_error(visits):
    assert {name: seen["console"] for name, seen in visits[1].items() if seen["console"]} == {}


def test_no_page_is_large_before_its_pictures(visits):
    sizes = {name: page["transferred"] for name, page in visits[1].items()}
    assert min(sizes.values()) > 100_000, "that is no whole page"
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def test_axe_finds_no_violation(visits):
    assert {name: seen["violations"] for name, seen in visits[1].items() if seen["violations"]} == {}


def test_every_formula_is_rendered(visits):
    for name, seen in visits[1].items():
        assert seen["rendered"] >= seen["formulas"], name
        assert seen["errors"] == 0, name
    assert sum(seen["formulas"] for seen in visits[1].values()) > 50


def test_the_theme_is_the_one_that_was_asked_for(visits):
    theme, pages = visits
    assert {seen["theme"] for seen in pages.values()} == {theme}


def test_nothing_is_wider_than_the_window(visits):
    assert {name: seen["wider"] for name, seen in visits[1].items() if seen["wider"] > 0} == {}


def test_a_tap_on_a_figure_shows_it_alone(chromium, site_address):
    with Visit(chromium, site_address, "book/2_3_convolutions", PHONE) as page:
        figure = page.locator(".cell_output a.gdl-alone img").first
        assert figure.evaluate("image => image.clientWidth < image.naturalWidth")
        figure.click()
        page.wait_for_url("**/_images/*.png")


def test_on_paper_answers_are_open_and_no_menu_is_seen(chromium, site_address):
    with Visit(chromium, site_address, "book/2_3_convolutions") as page:
        answers, menu = page.locator(".gdl-question details.sd-dropdown .gdl-why"), page.locator(".bd-sidebar-primary")

        def seen():
            return [one.evaluate("e => e.checkVisibility()") for one in (*answers.all(), menu)]

        count = answers.count()
        assert count >= 9
        # Playwright's own is_visible takes what a closed element hides for visible.
        assert seen() == [False] * count + [True]
        page.emulate_media(media="print")
        # The questions of earlier pages are not printed again.
        again = page.locator(".gdl-again .gdl-why").count()
        assert seen() == [False] * again + [True] * (count - again) + [False]


def test_hidden_code_leaves_a_trace_on_paper(chromium, site_address):
    with Visit(chromium, site_address, "book/2_3_convolutions") as page:
        aside = page.locator(".cell details.hide").first
        page.emulate_media(media="print")
        summary = aside.locator("summary")
        assert "notebook of this page" in summary.evaluate("e => getComputedStyle(e, '::after').content")
        assert not aside.locator("pre").first.evaluate("e => e.checkVisibility()")


def test_the_dark_look_is_printed_in_the_light_one(chromium, site_address):
    with Visit(chromium, site_address, "book/2_3_convolutions") as page:
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
        look = "() => getComputedStyle(document.querySelector('.highlight .kn')).color"
        dark = page.evaluate(look)
        page.emulate_media(color_scheme="dark", media="print")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'light'")
        assert page.evaluate(look) != dark
        page.emulate_media(color_scheme="dark", media="screen")
        page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")


def test_the_search_finds_a_page(chromium, site_address):
    with Visit(chromium, site_address, "search") as page:
        page.goto(f"{site_address}/search.html?q=perceptron", wait_until="networkidle")
        page.wait_for_selector("#search-results li a")
        assert "perceptron" in page.locator("#search-results").inner_text().lower()


class Anchors(HTMLParser):
    """The links of a page, and the places in it to which others can lead."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.places.add(named.get("id"))
        if tag == "a" and named.get("href") is not None:
            self.links.append(named["href"])


def test_no_link_within_the_site_is_broken(built_site):
    pages = {path: Anchors(path) for path in built_site.rglob("*.html")}
    assert sum(len(page.links) for page in pages.values()) > 1000
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                broken.append((path.name, link))
                continue
            # `#layers=...` is the state of a figure.
            named = parts.fragment and not re.fullmatch(r"[a-z]+=.*", parts.fragment)
            if named and target in pages and unquote(parts.fragment) not in pages[target].places:
                broken.append((path.name, link))
    assert broken == []


def test_the_site_tells_other_machines_about_itself(root, built_site):
    assert (built_site / "sitemap.xml").read_text().count("<loc>") >= len(toc_pages(root))
    for name in toc_pages(root):
        soup = bs4.BeautifulSoup((built_site / f"{name}.html").read_text(), "html.parser")
        for kind in ("og:title", "og:url", "og:image", "og:description"):
            assert soup.find("meta", property=kind), f"{name} lacks {kind}"


def test_pages_with_code_can_be_downloaded_as_notebooks(root, built_site):
    for path in sorted((root / "book").glob("*.ipynb")):
        page = bs4.BeautifulSoup((built_site / "book" / f"{path.stem}.html").read_text(), "html.parser")
        addresses = [str(link["href"]) for link in page.select("a.btn-download-source-button")]
        assert any(address.endswith(".ipynb") for address in addresses), path.name
        assert all((built_site / "book" / address).resolve().exists() for address in addresses)
