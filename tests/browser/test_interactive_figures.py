"""The interactive figures in a real browser: mouse, keyboard, touch, address, no JavaScript, paper, phone, dark mode.

They stand in a page made of the snippets of book/interactive_figures.md and the theme's own style, under a strict
Content-Security-Policy, so that no site has to be built first.
"""

# The figures write minus signs and multiplication signs.
# ruff: noqa: RUF001

import http.server
import importlib.util
import re
import threading
from pathlib import Path

import pytest

FIGURES = ["layers", "box", "descent", "kernel", "activations", "players", "latent", "earth"]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'"
THEMES = {
    "pydata_sphinx_theme": ["styles/theme.css", "styles/pydata-sphinx-theme.css"],
    "sphinx_book_theme": ["styles/sphinx-book-theme.css"],
}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}


def files_of_the_themes():
    """The style sheets of the theme, by the address under which a built site has them."""
    found = {}
    for package, names in THEMES.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            pytest.skip(f"{package} is not installed", allow_module_level=True)
        static = Path(spec.origin).parent / "theme" / package / "static"
        found |= {f"/_static/{name}": static / name for name in names if (static / name).exists()}
    return found


def page_of(snippets, styles, theme):
    links = "".join(f'<link rel="stylesheet" href="{style}">' for style in styles)
    return f"""<!DOCTYPE html><html lang="en" data-theme="{theme}" data-mode="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Figures</title>{links}
<link rel="stylesheet" href="/_static/course.css"><script type="module" src="/_static/interactive/loader.js"></script>
</head><body><div class="bd-container"><div class="bd-container__inner"><main class="bd-main"><div class="bd-content">
<div class="bd-article-container"><article class="bd-article"><h1>Figures</h1>{snippets}</article></div></div></main>
</div></div></body></html>"""


@pytest.fixture(scope="session")
def site(root):
    """The address of a server on this computer with a page that holds all figures, one for each, and one without."""
    text = (root / "book" / "interactive_figures.md").read_text()
    snippets = re.findall(r"^```\{raw\} html\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [re.search(r'data-figure="(\w+)"', snippet)[1] for snippet in snippets] == FIGURES
    styles = files_of_the_themes()
    pages = {"/book/none.html": page_of("<p>No figure.</p>", styles, "light")}
    for theme in ("light", "dark"):
        pages[f"/book/{theme}.html"] = page_of("".join(snippets), styles, theme)
    for name, snippet in zip(FIGURES, snippets, strict=True):
        pages[f"/book/{name}.html"] = page_of(snippet, styles, "light")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            file = styles.get(path, root / "book" / path.lstrip("/"))
            inside = path in styles or (root / "book" / "_static") in file.resolve().parents
            if path == "/_static/basic.css":
                # The theme asks for it; Sphinx writes it when it builds a site.
                self.answer(b"", "text/css")
            elif path in pages:
                self.answer(pages[path].encode(), "text/html; charset=utf-8")
            elif inside and file.is_file():
                self.answer(file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"))
            else:
                self.send_error(404)

        def answer(self, body, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(request, chromium, site):
    """Open a page in a fresh context; at the end nothing may have gone wrong or left the site.

    It holds all figures, or the one that the class of a test is about.
    """
    contexts, troubles = [], []
    only = getattr(request.cls, "FIGURE", None)

    def open_page(path="/book/light.html", live=True, **options):
        context = chromium.new_context(**{"viewport": {"width": 1000, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: troubles.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        page.on("response", lambda answer: troubles.append(answer.url) if answer.status >= 400 else None)
        page.on("request", lambda request: None if request.url.startswith(site) else troubles.append(request.url))
        # An icon is asked for by every browser and is no part of these pages.
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.goto(site + (path.replace("light", only, 1) if only else path))
        if live:
            for name in [only] if only else FIGURES:
                page.locator(f"#interactive-{name}.gdl-live .gdl-panel .gdl-again").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


def figure(page, name):
    return page.locator(f"#interactive-{name} .gdl-panel")


def settled(page, holds):
    """Wait until something holds; a busy machine draws later."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never held")


def fragment(page):
    """What stands after the # once the reader rests."""
    page.wait_for_timeout(400)
    return page.evaluate("decodeURIComponent(location.hash)")


def test_a_page_shows_live_figures_and_keeps_their_captions(visit):
    page = visit()
    for name in FIGURES:
        host = page.locator(f"#interactive-{name}")
        assert not host.locator("> img").is_visible()
        assert host.locator("figcaption").is_visible()
        assert host.locator("> *").last.evaluate("element => element.localName") == "figcaption"
    # Nobody asked for another address yet.
    assert fragment(page) == ""


def test_a_page_without_figures_loads_the_loader_only(visit, site):
    asked = []
    page = visit("/book/none.html", live=False)
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    assert [url for url in asked if "/interactive/" in url] == [f"{site}/_static/interactive/loader.js"]


def test_without_javascript_the_pictures_stand_there(visit):
    page = visit(live=False, java_script_enabled=False)
    for name in FIGURES:
        picture = page.locator(f"#interactive-{name} > img")
        assert picture.is_visible()
        # A picture that did not load is as small as its text.
        assert picture.bounding_box()["height"] > 150
        assert len(picture.get_attribute("alt")) > 40
    assert page.locator(".gdl-panel").count() == 0


@pytest.mark.parametrize("name", FIGURES)
def test_the_snippet_gives_the_picture_its_size(visit, name):
    page = visit()
    picture = page.locator(f"#interactive-{name} > img")
    given = [int(picture.get_attribute(side)) for side in ("width", "height")]
    assert given == picture.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")


def test_on_paper_the_pictures_stand_there(visit):
    page = visit()
    page.emulate_media(media="print")
    for name in FIGURES:
        assert page.locator(f"#interactive-{name} > img").is_visible()
        assert not figure(page, name).is_visible()


def drag_by_mouse(page, handle, right, down):
    """Drag a handle by so many pixels, go elsewhere without the button, and tell how far the handle came."""
    handle.scroll_into_view_if_needed()
    frame = handle.bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()
    page.mouse.move(x - right, y - down)
    moved = handle.bounding_box()
    return moved["x"] - frame["x"], moved["y"] - frame["y"]


def drag_by_touch(page, frame, right, down):
    """Put a finger on the middle of a frame, move it by so many pixels, and lift it."""
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in (0.3, 0.6, 1):
        point = {"x": x + right * part, "y": y + down * part}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


class TestLayers:
    FIGURE = "layers"

    def test_by_mouse(self, visit):
        page = visit()
        layers = figure(page, "layers")
        assert "Total: 15,120 parameters" in layers.inner_text()
        layers.get_by_role("button", name="Multilayer perceptron").click()
        assert "Total: 646,260 parameters" in layers.inner_text()
        assert "(3,072 inputs + 1 bias) × 200 units = 614,600" in layers.inner_text()
        assert fragment(page) == "#layers=32x32x3,flatten,dense:200,dense:150,dense:10"
        layers.get_by_role("button", name="Add Dropout").click()
        assert fragment(page).endswith(",dense:10,dropout:0.5")
        layers.get_by_role("button", name="Remove Dropout, layer 5").click()
        layers.get_by_role("button", name="Convolutional network").click()
        assert "Total: 592,554 parameters, 591,914 trainable, 640 not." in layers.inner_text()
        layers.get_by_role("button", name="Start again").click()
        assert "Total: 15,120 parameters" in layers.inner_text()
        assert fragment(page) == ""

    def test_by_keyboard(self, visit):
        page = visit()
        layers = figure(page, "layers")
        filters = layers.get_by_label("filters of layer 1")
        filters.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("16")
        assert filters.input_value() == "16"
        assert "(4 · 4 · 3 weights + 1 bias) × 16 filters = 784" in layers.inner_text()
        # A number that makes no sense changes nothing and goes away.
        page.keyboard.press("Control+A")
        page.keyboard.type("-3")
        assert "× 16 filters" in layers.inner_text()
        page.keyboard.press("Tab")
        assert filters.input_value() == "16"
        # The focus goes with a layer that moves.
        up = layers.get_by_role("button", name="Move Flatten up, layer 3")
        up.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert fragment(page).startswith("#layers=32x32x3,flatten,conv2d:16")
        assert page.evaluate("document.activeElement.ariaLabel") == "Move Flatten down, layer 1"
        assert "put it above Flatten" in layers.inner_text()

    def test_the_focus_is_not_lost_with_a_layer(self, visit):
        page = visit()
        layers = figure(page, "layers")
        layers.get_by_role("button", name="Remove Dense, layer 4").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('#interactive-layers') !== null")

    def test_a_vector_as_input(self, visit):
        page = visit()
        layers = figure(page, "layers")
        layers.get_by_label("kind of the input").select_option("a vector")
        assert "Conv2D needs height, width and channels, but gets (None, 784)" in layers.inner_text()


class TestDescent:
    FIGURE = "descent"

    def test_by_mouse(self, visit):
        page = visit()
        descent = figure(page, "descent")
        assert "After 20 steps" in descent.inner_text()
        assert "is not yet within 0.001" in descent.inner_text()
        start = descent.get_by_role("slider", name="start; arrow keys move it")
        assert drag_by_mouse(page, start, 70, -30) == pytest.approx((70, -30), abs=2)
        descent.get_by_role("button", name="Step →").click()
        assert "After 21 steps" in descent.inner_text()

    def test_by_keyboard(self, visit):
        page = visit()
        descent = figure(page, "descent")
        descent.get_by_role("slider", name="start; arrow keys move it").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
        descent.get_by_role("slider", name="steps", exact=True).focus()
        page.keyboard.press("End")
        assert fragment(page) == "#descent=unit:radians,rate:0.1,momentum:0,mean:-0.95,std:1.09,steps:200"
        assert "the loss is within 0.001 of it" in descent.inner_text()

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        start = figure(page, "descent").get_by_role("slider", name="start; arrow keys move it")
        start.scroll_into_view_if_needed()
        frame = start.bounding_box()
        drag_by_touch(page, frame, 40, -20)
        settled(page, lambda: start.bounding_box()["x"] > frame["x"] + 30)

    def test_a_rate_that_is_too_large_never_arrives(self, visit):
        link = "/book/light.html#descent=rate:{},steps:200,momentum:{},unit:{}"
        descent = figure(visit(link.format(0.9, 0, "radians")), "descent")
        assert "is within 0.001" in descent.inner_text()
        descent = figure(visit(link.format(1.05, 0, "radians")), "descent")
        assert "is not yet within" in descent.inner_text()
        descent = figure(visit(link.format(3, 0.9, "radians") + ",std:0.4"), "descent")
        assert "The last place is outside the picture." in descent.inner_text()

    def test_momentum_goes_along_a_narrow_valley(self, visit):
        link = "/book/light.html#descent=rate:0.1,steps:200,momentum:{},unit:tens"
        assert "is not yet within" in figure(visit(link.format(0)), "descent").inner_text()
        assert "is within 0.001" in figure(visit(link.format(0.9)), "descent").inner_text()


class TestBox:
    FIGURE = "box"

    def test_by_mouse(self, visit):
        page = visit()
        box = figure(page, "box")
        assert "−∞" in box.inner_text()
        handle = box.get_by_role("slider", name="north-east corner")
        assert drag_by_mouse(page, handle, -60, 40) == pytest.approx((-60, 40), abs=2)
        box.get_by_role("button", name="Smallest box that holds all").click()
        assert "60 of 60" in box.inner_text()
        assert "−∞" not in box.inner_text()
        box.get_by_role("button", name="Reveal the land").click()
        assert "of the land can be generated" in box.inner_text()
        assert box.get_by_role("button", name="Reveal the land").get_attribute("aria-pressed") == "true"
        assert fragment(page).endswith("land:shown")

    def test_by_keyboard(self, visit):
        page = visit()
        box = figure(page, "box")
        box.get_by_role("slider", name="south-west corner").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        assert fragment(page) == "#box=west:-129,south:-50,east:155,north:72,land:hidden"
        for _ in range(6):
            page.keyboard.press("Shift+ArrowDown")
        assert "south:-90" in fragment(page)
        north = box.get_by_label("north side in degrees")
        north.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("80.5")
        assert "north:80.5" in fragment(page)

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        handle = figure(page, "box").get_by_role("slider", name="south-east corner")
        handle.scroll_into_view_if_needed()
        frame = handle.bounding_box()
        scrolled = page.evaluate("scrollY")
        drag_by_touch(page, frame, -50, -20)
        settled(page, lambda: handle.bounding_box()["x"] - frame["x"] == pytest.approx(-50, abs=2))
        settled(page, lambda: handle.bounding_box()["y"] - frame["y"] == pytest.approx(-20, abs=2))
        # The finger moved the corner, not the page.
        assert page.evaluate("scrollY") == scrolled


class TestKernel:
    FIGURE = "kernel"

    def test_by_mouse(self, visit):
        page = visit()
        kernel = figure(page, "kernel")
        kernel.locator(".gdl-place").nth(0).click()
        assert "1 of 36" in kernel.inner_text()
        assert "Sum: −2, in row 1 and column 1" in kernel.inner_text()
        kernel.get_by_label("padding").select_option("valid")
        assert "⌊(6 − 3) / 1⌋ + 1 = 4" in kernel.inner_text()
        kernel.get_by_label("stride").select_option("2")
        assert "1 of 4" in kernel.inner_text()
        assert fragment(page) == "#kernel=image:square,size:6,kernel:horizontal,stride:2,padding:valid,step:1"

    def test_by_keyboard(self, visit):
        page = visit()
        kernel = figure(page, "kernel")
        kernel.get_by_role("button", name="Step").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Space")
        assert "11 of 36" in kernel.inner_text()
        kernel.get_by_role("slider").focus()
        page.keyboard.press("End")
        assert "36 of 36" in kernel.inner_text()
        page.keyboard.press("ArrowLeft")
        assert "35 of 36" in kernel.inner_text()

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        kernel = figure(page, "kernel")
        kernel.locator(".gdl-place").nth(20).tap()
        assert "21 of 36" in kernel.inner_text()

    def test_it_plays_and_stops(self, visit):
        page = visit()
        kernel = figure(page, "kernel")
        kernel.get_by_role("button", name="Play").click()
        kernel.get_by_text("11 of 36").wait_for()
        kernel.get_by_role("button", name="Pause").click()
        stopped = fragment(page)
        page.wait_for_timeout(1000)
        assert fragment(page) == stopped

    def test_nothing_moves_by_itself_where_less_motion_is_asked_for(self, visit):
        page = visit(reduced_motion="reduce")
        assert figure(page, "kernel").get_by_role("button", name="Play").count() == 0
        assert figure(page, "kernel").get_by_role("button", name="Step").is_visible()


class TestActivations:
    FIGURE = "activations"

    def test_by_mouse(self, visit):
        page = visit()
        activations = figure(page, "activations")
        assert "g(−1.5) = −0.3, slope 0.2" in activations.inner_text()
        activations.get_by_label("activation", exact=True).select_option("relu")
        assert "g(−1.5) = 0, slope 0" in activations.inner_text()
        assert "64.4%" in activations.inner_text()
        temperature = activations.get_by_role("slider", name="temperature")
        temperature.scroll_into_view_if_needed()
        slider = temperature.bounding_box()
        page.mouse.click(slider["x"] + 2, slider["y"] + slider["height"] / 2)
        settled(page, lambda: "100.0%" in activations.inner_text())

    def test_by_keyboard(self, visit):
        page = visit()
        activations = figure(page, "activations")
        activations.get_by_role("slider", name="z", exact=True).focus()
        page.keyboard.press("End")
        assert "g(5) = 5, slope 1" in activations.inner_text()
        activations.get_by_role("slider", name="dog").focus()
        page.keyboard.press("Home")
        activations.get_by_role("slider", name="temperature").focus()
        page.keyboard.press("ArrowRight")
        assert fragment(page) == "#activations=function:leaky_relu,z:5,scores:2:-5:0:-1,temperature:1.12"


class TestPlayers:
    FIGURE = "players"

    def test_by_mouse(self, visit):
        page = visit()
        players = figure(page, "players")
        assert "−1.386, that is 0.300 below the best" in players.inner_text()
        handle = players.get_by_role("slider", name="discriminator at 1.2")
        # Up and down only.
        assert drag_by_mouse(page, handle, 50, -30) == pytest.approx((0, -30), abs=2)
        assert "−1.386" not in players.inner_text()
        players.get_by_role("button", name="Start again").click()
        players.get_by_label("steps a press").select_option("100")
        players.get_by_role("button", name="Step the discriminator").click()
        assert "0.012 below the best" in players.inner_text()
        assert "bells:0.12:1.14" in fragment(page)
        players.get_by_role("button", name="Step the generator").click()
        assert "bells:0.12:1.14" not in fragment(page)

    def test_by_keyboard(self, visit):
        page = visit()
        players = figure(page, "players")
        players.get_by_role("slider", name="discriminator at 0;").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowLeft")
        assert "handles:0:0:0:0:0:-1.1:0:0:0:0:0" in fragment(page)
        for _ in range(9):
            page.keyboard.press("Shift+ArrowDown")
        assert "handles:0:0:0:0:0:-6:0" in fragment(page)
        players.get_by_label("model").select_option("two bells")
        players.get_by_role("slider", name="share of 1").focus()
        page.keyboard.press("End")
        assert "share:0.98" in fragment(page)
        players.get_by_role("slider", name="mean 2").focus()
        page.keyboard.press("Home")
        assert "bells:0.12:1.14:-3:0.5" in fragment(page)
        rate = players.get_by_label("learning rate of the generator")
        rate.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("0.25")
        assert fragment(page).endswith("rates:4:0.25")

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        handle = figure(page, "players").get_by_role("slider", name="discriminator at −1.2")
        handle.scroll_into_view_if_needed()
        frame = handle.bounding_box()
        x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
        scrolled = page.evaluate("scrollY")
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for part in (0.3, 0.6, 1):
            point = {"x": x, "y": y + 35 * part}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        settled(page, lambda: handle.bounding_box()["y"] - frame["y"] == pytest.approx(35, abs=2))
        assert page.evaluate("scrollY") == scrolled

    def test_both_drawings_show_the_same_game(self, visit):
        page = visit("/book/light.html#players=handles:0:0:0:6:0:0:0:0:0:0:-6")
        players = figure(page, "players")
        value = players.get_by_role("row", name="V(D, G) now").inner_text()
        players.get_by_label("draw D").select_option("as a logit")
        assert players.get_by_role("row", name="V(D, G) now").inner_text() == value

    def test_they_play_and_stop(self, visit):
        page = visit("/book/light.html#players=bells:-2.5:0.4")
        players = figure(page, "players")
        players.get_by_role("button", name="Play").click()
        mean = players.get_by_role("slider", name="mean")
        settled(page, lambda: float(mean.input_value()) > -2.4)
        players.get_by_role("button", name="Pause").click()
        stopped = fragment(page)
        assert "bells:-2.5" not in stopped
        page.wait_for_timeout(600)
        assert fragment(page) == stopped

    def test_nothing_moves_by_itself_where_less_motion_is_asked_for(self, visit):
        page = visit(reduced_motion="reduce")
        assert figure(page, "players").get_by_role("button", name="Play").count() == 0
        assert figure(page, "players").get_by_role("button", name="Both in turn").is_visible()


class TestLatent:
    FIGURE = "latent"

    def test_by_mouse(self, visit):
        page = visit()
        latent = figure(page, "latent")
        drawn = latent.get_by_role("row", name="Drawn")
        assert "pixels high" in drawn.inner_text()
        before = drawn.inner_text()
        handle = latent.get_by_role("slider", name="point of the latent plane")
        assert drag_by_mouse(page, handle, -40, -30) == pytest.approx((-40, -30), abs=2)
        assert drawn.inner_text() != before
        state = fragment(page)
        latent.get_by_role("button", name="Draw from the prior").click()
        settled(page, lambda: fragment(page) != state)
        latent.get_by_role("button", name="Start again").click()
        assert drawn.inner_text() == before

    def test_by_keyboard(self, visit):
        page = visit("/book/light.html#latent=z1:0,z2:0")
        latent = figure(page, "latent")
        latent.get_by_role("slider", name="point of the latent plane").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        assert fragment(page) == "#latent=z1:0.05,z2:-0.5"
        latent.get_by_role("slider", name="latent 2").focus()
        page.keyboard.press("End")
        assert fragment(page) == "#latent=z1:0.05,z2:3"

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        handle = figure(page, "latent").get_by_role("slider", name="point of the latent plane")
        handle.scroll_into_view_if_needed()
        frame = handle.bounding_box()
        scrolled = page.evaluate("scrollY")
        drag_by_touch(page, frame, -40, -50)
        settled(page, lambda: handle.bounding_box()["x"] - frame["x"] == pytest.approx(-40, abs=2))
        settled(page, lambda: handle.bounding_box()["y"] - frame["y"] == pytest.approx(-50, abs=2))
        assert page.evaluate("scrollY") == scrolled

    def test_it_walks_and_stops(self, visit):
        page = visit()
        latent = figure(page, "latent")
        latent.get_by_role("button", name="Walk to a new draw").click()
        latent.get_by_role("button", name="Stop").wait_for()
        latent.get_by_role("button", name="Walk to a new draw").wait_for()
        assert "latent=" in fragment(page)

    def test_nothing_moves_by_itself_where_less_motion_is_asked_for(self, visit):
        page = visit(reduced_motion="reduce")
        assert figure(page, "latent").get_by_role("button", name="Walk").count() == 0
        assert figure(page, "latent").get_by_role("button", name="Draw").is_visible()

    def test_without_its_network_the_picture_stays(self, chromium, site):
        page = chromium.new_page()
        page.route("**/networks/tins.json", lambda route: route.fulfill(status=404))
        page.goto(f"{site}/book/light.html")
        page.locator("#interactive-players .gdl-again").wait_for()
        page.wait_for_timeout(500)
        assert page.locator("#interactive-latent > img").is_visible()
        assert page.locator("#interactive-latent .gdl-panel").count() == 0
        page.close()


class TestEarth:
    FIGURE = "earth"

    def test_by_mouse(self, visit):
        page = visit()
        earth = figure(page, "earth")
        assert "20 of 20, time 1 of 1" in earth.inner_text()
        earth.get_by_role("button", name="Back").click()
        assert fragment(page) == "#earth=method:flow,steps:20,step:19,noise:1,paths:shown"
        earth.get_by_label("method").select_option("diffusion")
        assert "19 of 20, at level 5 of 100" in earth.inner_text()
        earth.get_by_role("button", name="Step →").click()
        assert "20 of 20, at level 0 of 100" in earth.inner_text()
        assert not earth.get_by_role("button", name="Step →").is_enabled()
        earth.get_by_role("button", name="Show paths").click()
        earth.get_by_role("button", name="New noise").click()
        assert fragment(page) == "#earth=method:diffusion,steps:20,step:20,noise:2,paths:hidden"
        assert earth.get_by_role("button", name="Show paths").get_attribute("aria-pressed") == "false"

    def test_by_keyboard(self, visit):
        page = visit()
        earth = figure(page, "earth")
        earth.get_by_role("slider", name="steps done").focus()
        page.keyboard.press("Home")
        assert "0 of 20, time 0 of 1" in earth.inner_text()
        earth.get_by_role("slider", name="steps in all").focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert "0 of 2, time 0 of 1" in earth.inner_text()
        earth.get_by_role("button", name="Step →").focus()
        page.keyboard.press("Enter")
        assert "1 of 2, time 0.5 of 1" in earth.inner_text()

    def test_by_touch(self, visit):
        page = visit(viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
        earth = figure(page, "earth")
        earth.get_by_role("button", name="Back").tap()
        assert "19 of 20" in earth.inner_text()

    def test_both_methods_begin_with_the_same_noise_and_reach_land(self, visit):
        page = visit("/book/light.html#earth=steps:50,step:0")
        earth = figure(page, "earth")
        row = earth.get_by_role("row", name="On land")
        noise = row.inner_text()
        earth.get_by_label("method").select_option("diffusion")
        assert row.inner_text() == noise
        for method in ("diffusion", "flow matching"):
            earth.get_by_label("method").select_option(method)
            earth.get_by_role("slider", name="steps done").focus()
            page.keyboard.press("End")
            settled(page, lambda: "50 of 50" in earth.inner_text())
            assert int(re.search(r"(\d+) of 150", row.inner_text())[1]) > 110

    def test_it_plays_and_stops(self, visit):
        page = visit("/book/light.html#earth=steps:5,step:5")
        earth = figure(page, "earth")
        earth.get_by_role("button", name="Play").click()
        earth.get_by_text("2 of 5").wait_for()
        earth.get_by_role("button", name="Pause").click()
        stopped = fragment(page)
        page.wait_for_timeout(1500)
        assert fragment(page) == stopped
        earth.get_by_role("button", name="Play").click()
        earth.get_by_text("5 of 5").wait_for()
        earth.get_by_role("button", name="Play").wait_for()

    def test_nothing_moves_by_itself_where_less_motion_is_asked_for(self, visit):
        page = visit(reduced_motion="reduce")
        assert figure(page, "earth").get_by_role("button", name="Play").count() == 0
        assert figure(page, "earth").get_by_role("button", name="Step →").is_visible()


class TestAddress:
    def test_a_link_shows_its_state_and_its_figure(self, visit):
        page = visit("/book/light.html#kernel=size:8,kernel:wide,stride:3,step:4&layers=784,dense:10")
        assert "4 of 9" in figure(page, "kernel").inner_text()
        assert "Total: 7,850" in figure(page, "layers").inner_text()
        assert page.locator("#interactive-kernel").evaluate(
            "element => element.getBoundingClientRect().top < innerHeight && element.getBoundingClientRect().bottom > 0"
        ) or page.locator("#interactive-layers").evaluate(
            "element => element.getBoundingClientRect().top < innerHeight && element.getBoundingClientRect().bottom > 0"
        )

    def test_states_stand_side_by_side_and_survive_a_reload(self, visit):
        page = visit()
        figure(page, "layers").get_by_role("button", name="Add Flatten").click()
        figure(page, "box").get_by_role("button", name="Whole map").click()
        length = page.evaluate("history.length")
        assert "layers=" in fragment(page)
        page.reload()
        for name in FIGURES:
            page.locator(f"#interactive-{name} .gdl-again").wait_for()
        assert "60 of 60" in figure(page, "box").inner_text()
        assert figure(page, "layers").locator("li").count() == 6
        # The way back leads out of the page, not through each state.
        assert page.evaluate("history.length") == length

    def test_a_link_within_the_page(self, visit):
        page = visit()
        page.evaluate("location.hash = '#activations=function:tanh,z:0'")
        figure(page, "activations").get_by_text("g(0) = 0, slope 1").wait_for()

    @pytest.mark.parametrize(
        "nonsense", ["#layers", "#layers=&box=&kernel=&activations=", "#box=west:x,%%%&kernel=step:-1e99", "#=&=&&"]
    )
    def test_nonsense_is_no_trouble(self, visit, nonsense):
        page = visit(f"/book/light.html{nonsense}")
        assert "of 60" in figure(page, "box").inner_text()


WIDEST = (
    "#layers=1024x1024x4096,conv2d:4096:32:1:valid,flatten,dense:100000,batchnormalization"
    "&kernel=size:8,kernel:wide&box=land:shown&players=model:two,scale:logit,bells:-3:0.15:3:0.15"
)


@pytest.mark.parametrize("address", ["", WIDEST])
def test_a_phone_of_360_pixels_shows_all(visit, address):
    page = visit(f"/book/light.html{address}", viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".gdl-panel *")]
          .filter((element) => !element.closest("svg svg") && element.localName !== "option")
          .filter((element) => element.getBoundingClientRect().right > 361)
          .map((element) => element.outerHTML.slice(0, 80))"""
    )
    assert wide == []


@pytest.mark.parametrize("width", [360, 1000])
def test_what_is_touched_is_large_enough(visit, width):
    page = visit(f"/book/light.html{WIDEST}", viewport={"width": width, "height": 700})
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            ".gdl-panel button, .gdl-panel input, .gdl-panel select, .gdl-target, .gdl-place"
          )]
          .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
          .filter(([_, { width, height }]) => Math.min(width, height) < 24)"""
    )
    assert small == []


# Texts of the panels with their contrast against what lies behind them: for HTML the backgrounds of the ancestors, for
# SVG the rectangles before the text in its group.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    let below = ground(element.parentElement);
    if (element instanceof SVGElement) return below;
    return over(parse(getComputedStyle(element).backgroundColor), below);
  };
  const results = [];
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element.closest(".gdl-figure") || !walker.currentNode.data.trim()) continue;
    if (element.closest(".gdl-status, option, :disabled")) continue;
    const style = getComputedStyle(element);
    let below = ground(element);
    let ink = style.color;
    if (element instanceof SVGElement) {
      ink = style.fill;
      for (const sibling of element.closest("g.gdl-place, svg > g")?.querySelectorAll("rect") ?? []) {
        const paint = getComputedStyle(sibling);
        if (paint.fill === "none") continue;
        const [r, g, b, a] = parse(paint.fill);
        below = over([r, g, b, a * Number(paint.fillOpacity)], below);
      }
      if (element.closest("svg").getAttribute("aria-label") === "Probabilities") below = ground(element);
    }
    const [one, two] = [luminance(over(parse(ink), below)), luminance(below)];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    results.push([walker.currentNode.data.slice(0, 40), contrast]);
  }
  return results;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_stand_out(visit, theme):
    page = visit(f"/book/{theme}.html#layers=784,conv2d:8:3:1:same&kernel=step:64,image:slope,size:8&box=land:shown")
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 150
    assert [(text, round(contrast, 2)) for text, contrast in contrasts if contrast < 4.5] == []


def test_the_focus_is_visible(visit):
    page = visit()
    page.locator("h1").click()
    hidden = []
    names = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name, width, style = page.evaluate(
            """() => {
              const element = document.activeElement;
              const { outlineWidth, outlineStyle } = getComputedStyle(element);
              return [element.outerHTML.slice(0, 200), parseFloat(outlineWidth), outlineStyle];
            }"""
        )
        names.add(name)
        if style == "none" or width < 2:
            hidden.append(name)
    assert len(names) > 40
    assert hidden == []


def test_results_are_told_once_the_reader_rests(visit):
    page = visit()
    status = page.locator("#interactive-layers [role=status]")
    assert status.inner_text() == ""
    figure(page, "layers").get_by_role("button", name="Multilayer perceptron").click()
    status.get_by_text("Output of shape 10. 646,260 parameters in all").wait_for(state="attached")
    figure(page, "box").get_by_role("button", name="Whole map").click()
    status = page.locator("#interactive-box [role=status]")
    status.get_by_text("Points in the box: 60 of 60.").wait_for(state="attached")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, theme):
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    script = Path(axe.__file__).with_name("axe.min.js").read_text()
    page = visit(f"/book/{theme}.html#box=land:shown")
    page.evaluate(script)
    violations = page.evaluate("axe.run('.gdl-figure', { preload: false }).then(({ violations }) => violations)")
    assert [(found["id"], [node["html"][:100] for node in found["nodes"]]) for found in violations] == []


@pytest.mark.parametrize("width", [360, 500, 1000])
def test_drawings_are_as_large_as_they_say(visit, width):
    """Otherwise texts would shrink, and corners would not stay under the finger."""
    page = visit()
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(300)
    for name in FIGURES:
        assert figure(page, name).evaluate("panel => panel.scrollWidth <= panel.clientWidth"), name
        for said, real in (
            figure(page, name)
            .locator("svg:not(svg svg)")
            .evaluate_all("all => all.map((svg) => [svg.viewBox.baseVal.width, svg.getBoundingClientRect().width])")
        ):
            assert said == pytest.approx(real, abs=0.5), name
