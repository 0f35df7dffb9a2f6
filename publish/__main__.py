"""The command `publish`, which is `python -m publish` too."""


def main() -> None:
    """Run the command line."""
    # A process that this one spawns loads this module again, and has no use for the commands.
    from publish.cli import main as run

    run()


if __name__ == "__main__":
    main()
