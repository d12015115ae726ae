"""Commands for the book: run its pages, build, check and serve the site."""

import http.server
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gdl_utils.cli.shared import console, progress_bar, repository, status
from gdl_utils.errors import CourseError

app = typer.Typer(no_args_is_help=True, help="Run the pages of the book and build the site.")
page_app = typer.Typer(no_args_is_help=True, help="Check one page of the book.")


@app.command("build")
def build_book() -> None:
    """Build the site from the stored outputs of the pages, with warnings as errors, and check that it is whole."""
    from gdl_utils.book.build import build_site

    root = repository().folder
    with status("Building the site"):
        first = build_site(root)
    console.print(f"The site is built: {first.relative_to(root)}")


@app.command("run")
def run_book(
    pages: Annotated[
        list[Path] | None, typer.Argument(help="Pages to run; all pages of the site if you name none.")
    ] = None,
) -> None:
    """Run pages in full and store their outputs, with what they ran on. This can take long."""
    from gdl_utils.book.build import toc_pages
    from gdl_utils.book.run import run_page

    root = repository().folder
    named = [page.resolve() for page in pages or []]
    paths = named or [root / f"{name}.ipynb" for name in toc_pages(root) if (root / f"{name}.ipynb").is_file()]
    for path in paths:
        if not path.is_file() or path.suffix != ".ipynb" or root / "book" not in path.parents:
            raise CourseError(f"{path} is not a page of {root}", "name a notebook in book/")
    for path in paths:
        console.print(f"Running {path.relative_to(root)}")
        with progress_bar() as progress:
            task = progress.add_task("cells", total=None)
            run_page(path, root, lambda done, total: progress.update(task, completed=done, total=total))  # noqa: B023


@app.command("check")
def check_book() -> None:
    """Say whether the stored outputs of all pages still match their code, helpers and lock."""
    from gdl_utils.book.build import toc_pages
    from gdl_utils.book.provenance import problems_of

    root = repository().folder
    pages = [root / f"{name}.ipynb" for name in toc_pages(root) if (root / f"{name}.ipynb").is_file()]
    problems = [problem for page in pages for problem in problems_of(page, root)]
    if problems:
        raise CourseError("\n".join(problems))
    console.print(f"The stored outputs of {len(pages)} page(s) are fresh.")


@app.command("serve")
def serve_book(port: Annotated[int, typer.Option(help="Port on this computer.", min=1, max=65_535)] = 8000) -> None:
    """Show the built site in a browser on this computer, until Ctrl-C."""
    from gdl_utils.book.build import SITE

    site = repository().folder / SITE
    if not site.is_dir():
        raise CourseError("The site is not built yet", "type 'make book'")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise CourseError(f"Port {port} can't be used ({error.strerror})", "choose another with --port") from error
    console.print(f"The site is at http://127.0.0.1:{port}/ until you press Ctrl-C.")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


@page_app.command("check")
def check_page(
    page: Annotated[str, typer.Argument(help="Name of the page, or its beginning, such as 1_2.")],
) -> None:
    """Check everything that concerns one page: its stored outputs, the site, a fresh run, its tests.

    Exits with 1 if something is wrong.
    """
    from gdl_utils.book import check

    root = repository().folder
    path = check.find_page(root, page)

    def show(step: check.Step) -> None:
        console.print(f"{'ok' if not step.problems else 'WRONG':6}{step.name}")
        for problem in step.problems:
            console.print(f"      {problem}")

    with status(f"Checking {path.relative_to(root)}"):
        is_sound = check.check_page(root, path, show)
    if not is_sound:
        raise typer.Exit(1)


@page_app.callback()
def page() -> None:
    """Check one page of the book."""
