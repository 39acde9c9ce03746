"""The command that prepares everything a fresh machine needs; interrupted anywhere, the next run finishes the job."""

from pathlib import Path

import click

from matchmaker.cli.parts import Parts, bar, parts, refusals

DISTRICT = Path(__file__).resolve().parents[2] / "seed_data" / "district"


@click.command()
@click.option("--no-demo", is_flag=True, help="Leave out the demo district.")
def init(*, no_demo: bool) -> None:
    """Prepare the database, the model and the demo district; safe to run again."""
    found = parts()
    with refusals():
        _migrate(found)
        if found.config.encoder == "bundled":
            _unpack(found)
        if not no_demo:
            _seed(found)
            _encode(found)
            _fill(found)
    click.echo("ready")


def _migrate(found: Parts) -> None:
    from matchmaker.core import migrate

    if not migrate.is_current(found.database):
        click.echo("database: migrating")
        migrate.upgrade(found.database)
    click.echo("database: up to date")


def _unpack(found: Parts) -> None:
    from embeddings.bundled import unpack

    folder = unpack(found.config.models_dir)
    click.echo(f"model: {folder.name}")


def _seed(found: Parts) -> None:
    """Import the demo district's files that are not in yet, as of its first day; each is one transaction."""
    from matchmaker.core import clock
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import reading
    from matchmaker.demo.year import FIRST_DAY
    from matchmaker.exchange.importing import import_file
    from matchmaker.listings.queries import recorded

    with reading(found.sessions) as session:
        present = recorded(session)
    for name, kind in (("organisations", "organisations"), ("needs", "listings"), ("offers", "listings")):
        if present[name]:
            continue
        with bar(f"demo district: {name}", "row") as tell, clock.pretend(FIRST_DAY):
            path = DISTRICT / f"{name}.jsonl"
            report = import_file(found.sessions, Actor.system("cli"), kind=kind, path=path, progress=tell)
        if report.bad_rows:
            raise click.ClickException(report.as_text())
        click.echo(f"demo district: {report.written} {name}")


def _fill(found: Parts) -> None:
    from matchmaker.demo import business, events, filling
    from matchmaker.demo.people import PASSWORD

    if not filling.is_filled(found.sessions):
        with bar("demo district: a year", "step") as tell:
            files, engine = found.config.files_dir, found.index
            played = filling.fill(found.sessions, DISTRICT, files, engine=engine, tick=tell)
        click.echo(f"demo district: people, events, and {played} steps of a year")
    if not events.has_happened(found.sessions):
        together = business.together_at_events(found.sessions, DISTRICT)
        with bar("demo district: events", "event") as tell:
            played = events.play(found.sessions, found.index, together=together, tick=tell)
        click.echo(f"demo district: {played} events with their lists, timetables and results")
    _do_business(found)
    click.echo(f"demo logins: member1@demo.example, officer@demo.example, … with the password {PASSWORD}")


def _do_business(found: Parts) -> None:
    """Deals, contracts and subsidy claims, from where an interrupted run stopped."""
    from matchmaker.accounts.passwords import Sealer
    from matchmaker.demo.business import Business

    keys = {"sealer": Sealer(found.config.secret_key), "engine": found.index}
    play = Business(found.sessions, DISTRICT, found.config.files_dir, **keys)
    if not play.has_happened():
        with bar("demo district: deals, contracts, claims", "step") as tell:
            played = play.play(tick=tell)
        click.echo(f"demo district: {played} steps of deals, contracts and claims")


def _encode(found: Parts) -> None:
    from matchmaker.core.unit import reading
    from matchmaker.matching import service

    with reading(found.sessions) as session:
        if not service.lacks_vectors(session):
            return
    click.echo("matching: loading the model")
    with bar("matching: encoding", "listing") as tell:
        done = service.refresh(found.sessions, found.index.ranker, tick=tell)
    click.echo(f"matching: {done.encoded} listings encoded")
