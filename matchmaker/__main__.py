"""`python -m matchmaker`: the command line."""

from matchmaker.cli import main

if __name__ == "__main__":
    main()
