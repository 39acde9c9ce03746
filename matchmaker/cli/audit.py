"""Commands about the audit log."""

import sys

import click

from matchmaker.cli.parts import parts, refusals


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command()
def verify() -> None:
    """Walk the hash chain; exit 1 at the first broken link, naming it."""
    from matchmaker.audit import queries
    from matchmaker.core.unit import reading

    with refusals(), reading(parts().sessions) as session:
        broken = queries.first_broken(session)
    if broken is not None:
        click.echo(f"the audit log is broken at entry {broken}", err=True)
        sys.exit(1)
    click.echo("the audit log is whole")
