"""Commands over a folder in BEIR layout: rank, score, evaluate."""

import json
import math
import statistics
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from matchmaker.cli.parts import EXISTING_FOLDER, Parts, bar, parts, refusals

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.fusion import Calibration

TAG = "matchmaker"
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


def _open(found: Parts, folder: Path, *, judged: bool) -> "tuple[Collection, Calibration]":
    from embeddings.collection import Collection
    from matchmaker.matching.ranker import Ranker, anchor_texts

    ranker = Ranker(found.config)
    Collection.check(folder, judged=judged)
    return Collection.read(
        folder, ranker.encoder, judged=judged, anchors=anchor_texts(), progress=True
    ), ranker.calibration


@click.command()
@click.argument("folder", type=EXISTING_FOLDER)
@click.option("--top", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option("--out", type=OUT, required=True)
def rank(folder: Path, *, top: int, out: Path) -> None:
    """Rank FOLDER's corpus for each of its queries; writes a TREC run (qid Q0 docid rank score tag)."""
    from tqdm import tqdm

    with refusals():
        collection, calibration = _open(parts(), folder, judged=False)
        matcher = collection.matcher(calibration)
        questions = collection.questions(matcher)
        with tqdm(total=len(questions), desc="ranking", unit="query", leave=False) as shown:
            found = matcher.search_many(questions, top, tick=shown.update)
        names = collection.offers.names
        lines = [
            f"{query} Q0 {names[hit.id]} {place} {hit.score:.12f} {TAG}\n"
            for query, hits in zip(collection.needs.names, found, strict=True)
            for place, hit in enumerate(hits, start=1)
        ]
        _write(out, lines)


@click.command()
@click.argument("folder", type=EXISTING_FOLDER)
@click.option("--out", type=OUT, required=True)
def score(folder: Path, *, out: Path) -> None:
    """Score exactly the pairs in FOLDER's qrels.tsv; writes TSV with query-id, corpus-id, score 0..1, level 0..3."""
    with refusals():
        collection, calibration = _open(parts(), folder, judged=True)
        matcher = collection.matcher(calibration)
        questions = collection.questions(matcher)
        hits: dict[tuple[str, str], Any] = {}
        for need, (offers, _) in collection.labels().items():
            for hit in matcher.score(questions[need], offers.tolist()):
                hits[collection.needs.names[need], collection.offers.names[hit.id]] = hit
        lines = ["query-id\tcorpus-id\tscore\tlevel\n"]
        for one in collection.judgements:
            hit = hits[one.query, one.document]
            lines.append(f"{one.query}\t{one.document}\t{hit.score:.12f}\t{hit.level}\n")
        _write(out, lines)


@click.command()
@click.argument("folder", type=EXISTING_FOLDER, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--no-cross-validation", is_flag=True, help="Only the stored calibration; quicker.")
def evaluate(folder: Path | None, *, as_json: bool, no_cross_validation: bool) -> None:
    """Measure matching, for both legs and each leg.

    On FOLDER's labelled pairs: recall@50, nDCG@10 and AUC, also cross-validated. Without FOLDER, on the published
    listings of this installation, where an offer of the need's node is right: recall@10 and nDCG@10.
    """
    if folder is None:
        _district(as_json=as_json)
    else:
        _folder(folder, as_json=as_json, cross_validated=not no_cross_validation)


def _district(*, as_json: bool) -> None:
    from matchmaker.core.unit import reading
    from matchmaker.matching import evaluation

    found = parts()
    with refusals(), reading(found.sessions) as session, bar("asking", "need") as tell:
        answer = evaluation.district(session, found.index, tick=tell)
    if answer is None:
        raise click.ClickException("no published need has an offer of its node; is the district empty? (init, refresh)")
    if as_json:
        click.echo(json.dumps(asdict(answer), indent=1))
        return
    click.echo(f"{'':<8} recall@10  nDCG@10")
    for name in ("both", "dense", "lexical"):
        row = getattr(answer, name)
        click.echo(f"{name:<8} {row.recall_at_10:9.3f}  {row.ndcg_at_10:7.3f}")
    click.echo(f"needs {answer.needs}, offers {answer.offers}")


def _folder(folder: Path, *, as_json: bool, cross_validated: bool) -> None:
    from embeddings.calibrate import all_scores, cross_validate
    from embeddings.collection import Legs
    from embeddings.evaluate import figures

    with refusals():
        collection, calibration = _open(parts(), folder, judged=True)
        matcher = collection.matcher(calibration)
        questions = collection.questions(matcher)
        labels = collection.labels()
        legs = Legs(collection)
        stored = all_scores(legs, calibration, collection.model)
        rows: dict[str, Any] = {"stored": figures(stored, labels)}
        if cross_validated:
            rows["cross_validated"] = cross_validate(collection, legs)
        dense = legs.dense(calibration.mean_for(collection.model))
        rows |= {"dense": figures(dense, labels), "lexical": figures(legs.lexical, labels)}
        times = []
        for question in questions:
            started = perf_counter()
            matcher.search(question, 50)
            times.append(perf_counter() - started)
    seconds = {**collection.seconds, "median_search": statistics.median(times)}
    if as_json:
        answer = {**_plain(rows["stored"]), **{name: _plain(row) for name, row in rows.items()}, "seconds": seconds}
        click.echo(json.dumps(answer, indent=1))
    else:
        _table(rows, seconds)


def _plain(found: Any) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value for key, value in asdict(found).items()
    }


def _table(rows: dict[str, Any], seconds: dict[str, float]) -> None:
    click.echo(f"{'':<16} recall@50  nDCG@10  AUC")
    for name, row in rows.items():
        click.echo(f"{name:<16} {row.recall_at_50:9.3f}  {row.ndcg_at_10:7.3f}  {row.auc:.3f}")
    one = rows["stored"]
    click.echo(f"needs in recall {one.needs_in_recall}, in nDCG {one.needs_in_ndcg}; pairs {one.pairs}")
    click.echo("seconds: " + ", ".join(f"{name} {value:.4g}" for name, value in seconds.items()))


def _write(out: Path, lines: list[str]) -> None:
    # Aside first: a reader never sees half a file, and a refusal leaves the old one.
    aside = out.with_name(f"{out.name}.part")
    aside.write_text("".join(lines), encoding="utf-8")
    aside.replace(out)
