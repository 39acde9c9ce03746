"""The command that makes every decision again and compares."""

import sys

import click

from matchmaker.cli.parts import bar, parts, refusals

# Characters of a value that one line repeats; reasons are long.
SHOWN = 120


@click.command()
def replay() -> None:
    """Make every decision ever made again from its stored inputs and policy; exit 1 at any difference, naming it.

    Holds the decisions and the money ledger against the audit log as well. Run `audit verify` beside it: that proves
    the log itself.
    """
    from matchmaker.core.unit import reading
    from matchmaker.subsidies.replaying import replay_all

    found = done = 0

    with refusals(), reading(parts().sessions) as session, bar("replaying", "decision") as show:

        def tick(number: int, total: int) -> None:
            nonlocal done
            done = total
            show(number, total)

        for one in replay_all(session, tick):
            found += 1
            where = f" (claim {one.claim_id})" if one.claim_id is not None else ""
            click.echo(
                f"{one.subject}{where}: {one.field} is {_short(one.stored)}, should be {_short(one.now)}", err=True
            )
    if found:
        click.echo(f"{found} differences", err=True)
        sys.exit(1)
    click.echo(f"{done} decisions come out the same, to the fen")


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
