"""The command line: one click group, whose commands are imported only when they are called."""

import sys
from importlib import import_module

import click

from matchmaker.core.errors import DomainError

# Command to (module, attribute, one line of help): `--help` must answer without importing what the commands need.
COMMANDS = {
    "init": ("matchmaker.cli.setup", "init", "Prepare the database, the model and the demo district."),
    "run": ("matchmaker.cli.serve", "run", "Serve the web application."),
    "import": ("matchmaker.cli.exchange", "import_", "Import organisations or listings from a file."),
    "template": ("matchmaker.cli.exchange", "template", "Write an empty spreadsheet to fill in."),
    "match": ("matchmaker.cli.matching", "match", "Show who fits a need, and why."),
    "refresh": ("matchmaker.cli.matching", "refresh", "Encode what is due and renew the corpus snapshot."),
    "rank": ("matchmaker.cli.evaluation", "rank", "Rank a folder in BEIR layout; writes a TREC run."),
    "score": ("matchmaker.cli.evaluation", "score", "Score exactly the judged pairs of a folder."),
    "evaluate": ("matchmaker.cli.evaluation", "evaluate", "Measure matching, on a judged folder or on the district."),
    "timetable": ("matchmaker.cli.timetable", "timetable", "Make the timetable of an event from a file."),
    "pack": ("matchmaker.cli.pack", "pack", "Take an event to a laptop without a network, and back."),
    "subsidy": ("matchmaker.cli.subsidy", "subsidy", "Decide claims for the technology-contract subsidy."),
    "staff": ("matchmaker.cli.people", "staff", "Give somebody a role: the first administrator."),
    "audit": ("matchmaker.cli.audit", "audit", "Look after the audit log."),
}


class LazyGroup(click.Group):
    """Finds commands by name in COMMANDS; help of the group itself imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


def load(name: str) -> click.Command:
    """The command of this name; imports its module, which in turn imports what is heavy only when it runs."""
    module, attribute, _ = COMMANDS[name]
    command: click.Command = getattr(import_module(module), attribute)
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """南海供需对接平台: supply and demand of a manufacturing district."""


def main() -> None:
    """Run the command line. A refusal is one line on stderr and exit code 1."""
    try:
        cli.main(prog_name="python -m matchmaker", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(1)
    except DomainError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
