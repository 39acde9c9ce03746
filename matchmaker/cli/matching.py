"""Commands that match listings of the database."""

import json
from dataclasses import asdict
from typing import Any

import click

from matchmaker.cli.parts import bar, parts, refusals


@click.command()
@click.option("--need", "listing_id", type=int, required=True, help="The id of the need (or of an offer).")
@click.option("--top", type=click.IntRange(1, 200), default=10, show_default=True)
@click.option("--chain", multiple=True, help="Only this chain, such as HYD; may be given more than once.")
@click.option("--town", multiple=True, help="Only this town, by code or name; may be given more than once.")
@click.option("--form", multiple=True, help="product, capacity, technology, service or equipment.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def match(
    *, listing_id: int, top: int, chain: tuple[str, ...], town: tuple[str, ...], form: tuple[str, ...], as_json: bool
) -> None:
    """Show the best partners for a listing, with the reasons."""
    from matchmaker.core.actor import Actor
    from matchmaker.core.unit import reading
    from matchmaker.matching import queries
    from matchmaker.matching.filters import read_filters

    found = parts()
    with refusals():
        filters = read_filters(chains=chain, towns=town, forms=form)
        with reading(found.sessions) as session:
            page = queries.matches_of(
                session, Actor.system("cli"), found.index, listing_id=listing_id, filters=filters, top=top
            )
            rows = [_plain(one) for one in page.matches]
    if as_json:
        answer = {"need": listing_id, "compared": page.compared, "any_good": page.any_good, "matches": rows}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _show(rows, compared=page.compared, any_good=page.any_good)


def _plain(match: Any) -> dict[str, Any]:
    return {
        "listing": match.listing.id,
        "title": match.listing.title,
        "organisation": match.listing.organisation.name,
        "uscc": match.listing.organisation.uscc,
        "town": match.listing.organisation.town,
        "score": round(match.score, 4),
        "level": int(match.level),
        "shared_terms": list(match.shared_terms),
        "sentence_pairs": [asdict(pair) for pair in match.sentence_pairs],
        "constraints": [asdict(one) for one in match.constraints],
    }


def _show(rows: list[dict[str, Any]], *, compared: int, any_good: bool) -> None:
    from matchmaker.reference.terms import terms

    levels = terms("level")
    click.echo(f"在 {compared} 条信息中比较" + ("" if any_good else "：没有合适的"))
    for number, row in enumerate(rows, start=1):
        click.echo(f"{number:>3}. [{levels[str(row['level'])]} {row['score']:.2f}] {row['title']}")
        click.echo(f"     {row['organisation']}（#{row['listing']}）")
        if row["shared_terms"]:
            click.echo(f"     共同：{'、'.join(row['shared_terms'])}")
        for pair in row["sentence_pairs"][:1]:
            click.echo(f"     “{pair['asked']}” ← “{pair['answered']}”")


@click.command()
@click.option("--snapshot", is_flag=True, help="Renew the corpus snapshot even if it is not due; scores may move.")
def refresh(*, snapshot: bool) -> None:
    """Encode what is due and renew the corpus snapshot; safe to interrupt and to run again."""
    from matchmaker.core.unit import unit
    from matchmaker.matching import service

    found = parts()
    with refusals():
        ranker = found.index.ranker
        with bar("encoding", "listing") as tell:
            done = service.refresh(found.sessions, ranker, tick=tell)
        if snapshot and not done.snapshot_taken:
            with unit(found.sessions) as session:
                service.take_snapshot(session, ranker)
    click.echo(f"encoded: {done.encoded}, snapshot renewed: {'yes' if snapshot or done.snapshot_taken else 'no'}")
