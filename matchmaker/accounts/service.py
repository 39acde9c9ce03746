"""Changes to the registry of organisations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.access import require_registrar
from matchmaker.accounts.models import Organisation, OrganisationNode, OrganisationTitle
from matchmaker.accounts.schemas import OrganisationIn
from matchmaker.audit import service as audit
from matchmaker.core import clock
from matchmaker.core.actor import Actor


def save_organisation(session: Session, actor: Actor, *, data: OrganisationIn) -> Organisation:
    """Register the organisation, or bring the one with this code up to date. Writes the audit log."""
    require_registrar(actor)
    found = session.scalar(select(Organisation).where(Organisation.uscc == data.uscc))
    return assign(session, actor, found or Organisation(uscc=data.uscc, created_at=clock.now()), data=data)


def assign(session: Session, actor: Actor, organisation: Organisation, *, data: OrganisationIn) -> Organisation:
    """Write the input onto the organisation, new or known, and into the audit log. Asks no permission itself."""
    found = organisation.id is not None
    before = _facts(organisation) if found else {}
    for name in ("name", "kind", "town", "scale", "intro"):
        setattr(organisation, name, getattr(data, name))
    _replace_nodes(organisation, data.chain_nodes)
    organisation.titles = [OrganisationTitle(**title.model_dump()) for title in data.titles]
    organisation.updated_at = clock.now()
    session.add(organisation)
    session.flush()
    after = _facts(organisation)
    changed = {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}
    if changed:
        action = "organisation.update" if found else "organisation.register"
        audit.record(session, actor, [audit.Event(action, f"organisation:{organisation.id}", changed)])
    return organisation


def _replace_nodes(organisation: Organisation, wanted: list[str]) -> None:
    # Kept rows stay: deleting and inserting the same primary key in one flush is refused by the database.
    kept = [row for row in organisation.nodes if row.node in wanted]
    known = {row.node for row in kept}
    fresh = [OrganisationNode(node=node) for node in dict.fromkeys(wanted) if node not in known]
    organisation.nodes = kept + fresh


def _facts(organisation: Organisation) -> dict[str, object]:
    plain = {name: getattr(organisation, name) for name in ("uscc", "name", "kind", "town", "scale", "intro")}
    titles = sorted(
        [title.title, title.certificate_no or "", str(title.valid_from), str(title.valid_to)]
        for title in organisation.titles
    )
    return {**plain, "chain_nodes": sorted(row.node for row in organisation.nodes), "titles": titles}
