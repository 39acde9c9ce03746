"""Commands about the audit log."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchmaker.cli.parts import EXISTING_FILE, parts, refusals

if TYPE_CHECKING:
    from matchmaker.audit.queries import Head


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command()
@click.option("--head", "kept", type=EXISTING_FILE, help="A head that was kept elsewhere: prove that it still holds.")
def verify(kept: Path | None) -> None:
    """Walk the hash chain; exit 1 at the first broken link, naming it.

    With a head that somebody kept since, also prove that nothing up to it was rewritten: a chain that was made anew
    from its start would be whole, but its entries would have other digests.
    """
    from matchmaker.audit import queries
    from matchmaker.core.unit import reading

    known = _read_head(kept) if kept is not None else None
    with refusals(), reading(parts().sessions) as session:
        broken = queries.first_broken(session)
        holds = known is None or queries.holds(session, known)
    if broken is not None:
        click.echo(f"the audit log is broken at entry {broken}", err=True)
        sys.exit(1)
    if known is not None and not holds:
        click.echo(
            f"the audit log was rewritten: entry {known.number} no longer has the digest that was kept", err=True
        )
        sys.exit(1)
    click.echo("the audit log is whole" + (f" and has not changed up to entry {known.number}" if known else ""))


@audit.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file; else it is printed."
)
def head(out: Path | None) -> None:
    """Write down the newest entry's number and digest, to be kept where this machine's operator cannot change it."""
    from matchmaker.audit import queries
    from matchmaker.core.unit import reading

    with refusals(), reading(parts().sessions) as session:
        newest = queries.head(session)
    if newest is None:
        raise click.ClickException("the audit log has no entries yet")
    text = json.dumps({"number": newest.number, "digest": newest.digest, "at": newest.at.isoformat()}, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    with refusals():
        out.write_text(text, encoding="utf-8")
    click.echo(f"entry {newest.number} is kept in {out}")


def _read_head(path: Path) -> "Head":
    from matchmaker.audit.queries import Head

    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return Head(int(read["number"]), str(read["digest"]), datetime.fromisoformat(read["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{path}: not a head of the audit log ({error})") from error
