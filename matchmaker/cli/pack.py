"""Commands for an event without a network: out to a laptop, and back."""

from pathlib import Path

import click

from matchmaker.cli.parts import EXISTING_FILE, parts, refusals


@click.group()
def pack() -> None:
    """Take an event to a place without a network, and bring back what happened there."""


@pack.command("save")
@click.argument("event_id", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def save(event_id: int, file: Path) -> None:
    """Write the event EVENT_ID with everything it needs to FILE (.zip); on the laptop: what is to be merged."""
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import unit
    from matchmaker.exchange import pack as packs

    found = parts()
    with refusals():
        with unit(found.sessions) as session:
            content = packs.save(session, Actor.system("cli"), event_id=event_id)
        file.write_bytes(content)
    click.echo(f"written: {file}")


@pack.command("open")
@click.argument("file", type=EXISTING_FILE)
def open_(file: Path) -> None:
    """Put the pack FILE into this fresh installation (`init --no-demo`); then `staff` and `run`."""
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import unit
    from matchmaker.exchange import pack as packs

    found = parts()
    with refusals(), unit(found.sessions) as session:
        event = packs.open_pack(session, Actor.system("cli"), content=file.read_bytes())
        title, number = event.title, event.id
    click.echo(f"opened: {title} (event {number}); `staff EMAIL NAME --role organiser` makes somebody who may run it")


@pack.command("merge")
@click.argument("event_id", type=int)
@click.argument("file", type=EXISTING_FILE)
def merge(event_id: int, file: Path) -> None:
    """Bring the saved pack FILE of event EVENT_ID home; doing it twice changes nothing."""
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import unit
    from matchmaker.exchange import pack_merge

    found = parts()
    with refusals(), unit(found.sessions) as session:
        done = pack_merge.merge(session, Actor.system("cli"), event_id=event_id, content=file.read_bytes())
    if done.again:
        click.echo("this pack was merged before; nothing changed")
        return
    for word, counts in (("added", done.added), ("changed", done.changed)):
        click.echo(f"{word}: {', '.join(f'{number} {name}' for name, number in counts.items()) or 'nothing'}")
    for one in done.conflicts:
        click.echo(f"conflict: {one.table} {one.row}, {one.field}: here {one.here!r}, on the laptop {one.came!r}")
