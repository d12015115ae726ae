"""Starts the command `gdl`.

Nothing is imported before: each process that grades a class runs the script of the command once more, down to its call.
"""


def main() -> None:
    """Run the command."""
    from gdl_utils.importing import without_collector

    with without_collector():
        from gdl_utils.cli import app
    app()


if __name__ == "__main__":
    main()
