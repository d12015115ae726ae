"""Starts the command `gdl`.

Nothing is imported before: each process that grades a class runs the script of the command once more, down to its call.
"""

import gc


def main() -> None:
    """Run the command."""
    # Modules are no garbage: to look for some among them again and again takes a fifth of the time.
    gc.disable()
    from gdl_utils.cli import app

    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    main()
