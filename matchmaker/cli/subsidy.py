"""Commands that decide subsidy claims from files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchmaker.cli.parts import EXISTING_FILE, bar
from matchmaker.cli.subsidy_replay import replay
from matchmaker.core.errors import Invalid

if TYPE_CHECKING:
    from matchmaker.subsidies.policy import Policy


@click.group()
def subsidy() -> None:
    """Decide claims for the technology-contract subsidy."""


subsidy.add_command(replay)


@subsidy.command("assess", short_help="Decide a file of claims under a policy.")
@click.argument("claims", type=EXISTING_FILE)
@click.option("--policy", "policy_file", type=EXISTING_FILE, required=True, help="The policy (YAML).")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The outcomes (JSON lines)."
)
def assess(claims: Path, *, policy_file: Path, out: Path) -> None:
    """Decide every claim in CLAIMS (JSON lines) under a policy, with reasons, in the order of applied_on and claim_id.

    A malformed claim refuses the whole file and writes nothing; one that fails a rule is decided as not eligible.
    """
    from matchmaker.core.money import yuan_from_fen
    from matchmaker.subsidies.assessing import assess as assess_places
    from matchmaker.subsidies.claim_lines import find_places

    policy = _policy(policy_file)
    with _refusing(claims):
        with bar(f"reading {claims.name}", "B") as tell:
            places = find_places(claims, tell)
        with bar("deciding", "claim") as tell:
            done = assess_places(places, policy, out, tell)
    click.echo(
        f"{done.claims} claims decided under {policy.policy_id} {policy.version}: {done.eligible} eligible,"
        f" {yuan_from_fen(done.granted)} CNY granted"
        + (f", {yuan_from_fen(done.cut)} CNY cut because the budget does not reach" if done.cut else "")
    )


@subsidy.command("compare", short_help="Show what two policies would give.")
@click.argument("claims", type=EXISTING_FILE)
@click.option("--policy", "policy_file", type=EXISTING_FILE, required=True, help="The policy (YAML) in force.")
@click.option("--against", type=EXISTING_FILE, required=True, help="The policy (YAML) to compare it with.")
@click.option("--budget", help="What a year may grant, in CNY; otherwise each policy's own.")
def compare(claims: Path, *, policy_file: Path, against: Path, budget: str | None) -> None:
    """Show what two policies would give for the same CLAIMS, unit by unit and in all. Writes nothing."""
    from matchmaker.core.money import yuan_from_fen
    from matchmaker.subsidies import comparing
    from matchmaker.subsidies.claim_lines import find_places

    first, second = _policy(policy_file), _policy(against)
    with _refusing(claims), bar(f"reading {claims.name}", "B") as reading:
        found = comparing.compare(first, second, find_places(claims, reading).claims(), budget=_fen(budget))
    names = [f"{one.policy_id} {one.version}" for one in (first, second)]
    click.echo("\t".join(["uscc", *names, "difference"]))
    for unit in found.units:
        difference = ("-" if unit.second < unit.first else "") + yuan_from_fen(abs(unit.second - unit.first))
        click.echo("\t".join([unit.uscc, yuan_from_fen(unit.first), yuan_from_fen(unit.second), difference]))
    for name, total in zip(names, (found.first, found.second), strict=True):
        limit = "" if total.budget is None else f", budget {yuan_from_fen(total.budget)} a year"
        click.echo(
            f"{name}: {total.eligible} of {len(found.claims)} eligible, needs {yuan_from_fen(total.needed)},"
            f" grants {yuan_from_fen(total.granted)}{limit}"
        )


def _policy(file: Path) -> "Policy":
    from matchmaker.subsidies.policy import load_policy

    with _refusing(file):
        return load_policy(file.read_bytes())


def _fen(text: str | None) -> int | None:
    from pydantic import TypeAdapter, ValidationError

    from matchmaker.subsidies.amounts import Fen

    try:
        return None if text is None else TypeAdapter[int](Fen).validate_python(text)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], param_hint="--budget") from None


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """Turn what is wrong with this file, or with the disk, into one line and exit code 1."""
    try:
        yield
    except Invalid as error:
        raise click.ClickException(f"{file.name}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror or error}") from None
