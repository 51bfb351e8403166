"""`python -m bot`: the `bot` command where the project lies but is not installed."""

from bot.cli import main

if __name__ == "__main__":
    main()
