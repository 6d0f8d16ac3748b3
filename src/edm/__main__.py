"""``python -m edm`` is ``edm``."""

from edm.cli.app import main

if __name__ == "__main__":
    main()
