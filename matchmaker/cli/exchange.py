"""Commands that bring files in and out."""

import sys
from pathlib import Path

import click

from matchmaker.cli.parts import EXISTING_FILE, bar, parts, refusals

KINDS = click.Choice(["organisations", "listings", "contracts"])


@click.command("import")
@click.argument("kind", type=KINDS)
@click.argument("file", type=EXISTING_FILE)
@click.option("--partial", is_flag=True, help="Write the good rows although others are refused.")
@click.option(
    "--report", "report_to", type=click.Path(dir_okay=False, path_type=Path), help="Also write the faults as CSV."
)
@click.option("--no-encode", is_flag=True, help="Leave encoding to the serving process.")
def import_(kind: str, file: Path, *, partial: bool, report_to: Path | None, no_encode: bool) -> None:
    """Import KIND (organisations, listings, contracts) from FILE (.xlsx, .csv, .jsonl).

    Without --partial nothing is written when a single row is refused. Running the same import again changes nothing.
    """
    from matchmaker.core.actor import Actor
    from matchmaker.exchange.importing import import_file
    from matchmaker.matching import service

    found = parts()
    with refusals():
        with bar(f"importing {file.name}", "row") as tell:
            report = import_file(
                found.sessions, Actor.system("cli"), kind=kind, path=file, partial=partial, progress=tell
            )
        refused = report.bad_rows > 0
        click.echo(report.as_text(), err=refused)
        if report_to:
            report_to.write_bytes(report.as_csv().encode())
        if kind == "listings" and report.written and not no_encode:
            with bar("encoding", "listing") as tell:
                service.refresh(found.sessions, found.index.ranker, tick=tell)
    sys.exit(1 if refused else 0)


@click.command()
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(kind: str, file: Path) -> None:
    """Write an empty spreadsheet for KIND to FILE (.xlsx), with a sheet of the allowed values."""
    from matchmaker.exchange.columns import Kind
    from matchmaker.exchange.sheets import write_template

    with refusals():
        write_template(Kind(kind), file)
    click.echo(f"written: {file}")
