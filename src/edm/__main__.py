"""``python -m edm`` is ``edm``: the program, from its first instant on."""

import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the program on the process's arguments; does not return."""
    try:
        # Loading takes a tenth of a second, in which somebody may press Ctrl-C.
        from edm.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
