"""Commands about this machine: its data, its devices, what works and what does not."""

import enum
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gdl_utils.cli.shared import console, progress_bar, repository
from gdl_utils.stderr import redirect_stderr


def data(
    load: Annotated[
        bool, typer.Option(help="Load the data, downloading them if need be, and give their digest.")
    ] = False,
) -> None:
    """Say where CIFAR-10 comes from on this machine."""
    from gdl_utils.datasets import cifar10_at_hand, load_cifar10

    if load:
        console.print(f"SHA-256 of its images and labels: {load_cifar10().sha256}")
    else:
        console.print(f"Data: {cifar10_at_hand()}")


SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "fault": ("FAULT", "bold red")}


def doctor(
    training: Annotated[bool, typer.Option(help="Import TensorFlow and train a step on each of its devices.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of findings for other programs.")] = False,
) -> None:
    """Say what of the course works on this machine, and what to do about the rest.

    Exits with 1 if something is broken.
    """
    from gdl_utils.doctor import examine

    faults, findings = 0, []
    for finding in examine(repository().folder, training):
        faults += finding.state == "fault"
        findings.append(vars(finding))
        if not as_json:
            sign, style = SIGNS[finding.state]
            console.print(f"{sign:6}", style=style, end="")
            console.print(f"{finding.subject}: {finding.text}")
            if finding.remedy:
                console.print(f"{'':6}  -> {finding.remedy}")
    if as_json:
        typer.echo(json.dumps(findings, indent=1))
    else:
        console.print(f"{faults or 'No'} fault(s).")
    if faults:
        raise typer.Exit(1)


def lab(
    folder: Annotated[Path | None, typer.Argument(help="The folder to open; assignments/ if none.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser, too.")] = True,
    port: Annotated[int, typer.Option(help="The port to listen on; the next free one if it is in use.")] = 8888,
) -> None:
    """Open JupyterLab on the assignments, with the commands of the course in its terminals."""
    from gdl_utils.lab import command, environment

    line = command(folder, browser, port)
    place = line[-1].partition("=")[2]
    console.print(f"JupyterLab opens {place}; end it with Ctrl-C here.")
    os.chdir(place)  # where its terminals begin
    os.execve(line[0], line, environment())  # noqa: S606  (a list, no shell)


class Backend(enum.StrEnum):
    """Backends of Keras, by its names."""

    TENSORFLOW, JAX, TORCH = "tensorflow", "jax", "torch"


def train(
    backend: Annotated[
        Backend,
        typer.Option(help="Under JAX or PyTorch, which you install, the networks are trained without the pages."),
    ] = Backend.TENSORFLOW,
) -> None:
    """Train the networks of the training pages on this machine, and add times and accuracies to the site's table."""
    from gdl_utils.book import train as training

    root = repository().folder
    with progress_bar() as progress:
        results: Iterable[training.TrainingResult]
        if backend is Backend.TENSORFLOW:
            tasks = {name: progress.add_task(name, total=None) for name in training.PAGES.values()}
            single = training.train_pages(
                root, lambda name, done, total: progress.update(tasks[name], completed=done, total=total)
            )
            results = [*single, *training.train_on_all_gpus(single)]
        else:
            results = training.train_networks(backend.value, lambda name: progress.console.print(f"Training: {name}"))
        for result in results:
            training.keep(root, [result])
            progress.console.print(
                f"{result.network} on {result.device} ({result.processor}, {result.backend}): "
                f"{result.seconds_an_epoch:.1f} s an epoch, test loss {result.loss:.3f}, accuracy {result.accuracy:.1%}"
            )
            if result.comparable:
                progress.console.print(f"Stored in {training.RESULTS} and {training.TABLE}")
            else:
                progress.console.print("Not stored, because it was not trained on all of CIFAR-10")


def device() -> None:
    """Say whether TensorFlow computes on the CPU or a GPU; with GDL_REQUIRE_GPU=1, fail if there is no GPU."""
    from gdl_utils.doctor import device_in_use

    with redirect_stderr(Path(os.devnull)):
        sentence = device_in_use()
    console.print(sentence)
