"""Pictures of every page of the demo district: `make screens`, or `python -m tests.screens [word of a name …]`.

Serves a copy of the installation's data (MATCHMAKER_DATA) with the clock at the end of the demo's year, logs in as each
role, and writes NAME-1440.png and NAME-390.png into docs/screens. Needs chromium.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from matchmaker.accounts.actors import actor_of
from matchmaker.accounts.models import Membership, Organisation, Person
from matchmaker.accounts.rules import Standing
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.contracts.models import Contract, ContractPayment
from matchmaker.contracts.rules import IN_FORCE, OPEN_STATES, ContractState
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.deals.models import Deal
from matchmaker.deals.rules import OVER
from matchmaker.demo.year import LAST_DAY
from matchmaker.events.models import Event
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IntroductionState
from matchmaker.listings.models import Listing
from matchmaker.listings.rules import Side, State
from matchmaker.meetings.models import Meeting, Timetable
from matchmaker.meetings.queries import published
from matchmaker.meetings.timetables import copy_as_draft
from matchmaker.participants.badges import link_token
from matchmaker.participants.queries import confirmed
from matchmaker.subsidies.applying import Opening, openings
from matchmaker.subsidies.models import Claim, PaymentBatch, PolicyVersion
from matchmaker.subsidies.rules import ClaimState
from matchmaker.web.parts import EXTENSION
from tests.web.people import log_in
from tests.web.serving import chromium, served

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens"
WIDTHS = (1440, 390)
NEED = "汽车空调压缩机壳体压铸件，ADC12，年用量二十万件，气密性不低于一点五兆帕，求能做模具的厂家"
# Name of the picture: who looks, and at what. Words in braces are filled in from the database.
PAGES: dict[str, tuple[str | None, str]] = {
    "home": (None, "/"),
    "home-english": (None, "/language/en"),
    "about": (None, "/about"),
    "join": (None, "/join"),
    "privacy": (None, "/privacy"),
    "search": (None, "/search"),
    "search-results": (None, "/search?side=offer&q=" + NEED),
    "listings": (None, "/listings?side=offer"),
    "listings-keyword": (None, "/listings?side=need&q=6061"),
    "listings-empty": (None, "/listings?side=need&q=没有人写过的词"),
    "listing": (None, "/listings/{listing}"),
    "events": (None, "/events"),
    "event": (None, "/events/{event}"),
    "not-found": (None, "/nowhere"),
    "login": (None, "/login"),
    "register": (None, "/register"),
    "register-written": (None, "/register/written"),
    "forgotten": (None, "/forgotten"),
    "letter-of-nobody": (None, "/verify/none"),
    "member-home": ("member", "/"),
    "member-listings": ("member", "/my/listings"),
    "member-listing-new": ("member", "/my/listings/new?side=need"),
    "member-listing-edit": ("member", "/my/listings/{own}/edit"),
    "member-listing-history": ("member", "/my/listings/{own}/history"),
    "member-listing": ("member", "/listings/{own}"),
    "member-contact": ("member", "/listings/{listing}/contact"),
    "member-matches": ("member", "/my/matches"),
    "member-matches-of-one": ("member", "/my/matches/{own}"),
    "member-introductions": ("member", "/my/introductions"),
    "member-introduction": ("member", "/my/introductions/{introduction}"),
    "member-deals": ("member", "/my/deals"),
    "member-deal-new": ("member", "/my/deals/new"),
    "officer-deals": ("officer", "/office/deals"),
    "officer-deals-table": ("officer", "/office/deals?view=table"),
    "officer-deal": ("officer", "/my/deals/{deal}"),
    "officer-deal-edit": ("officer", "/my/deals/{open_deal}/edit"),
    "officer-deal-new": ("officer", "/office/deals/new"),
    "member-contracts": ("member", "/my/contracts"),
    "member-contract-new": ("member", "/my/contracts/new"),
    "officer-contracts": ("officer", "/office/contracts"),
    "officer-contracts-import": ("officer", "/office/contracts/import"),
    "officer-contract": ("officer", "/my/contracts/{contract}"),
    "officer-contract-edit": ("officer", "/my/contracts/{open_contract}/edit"),
    "officer-contract-step": ("officer", "/my/contracts/{open_contract}/steps/{contract_state}"),
    "officer-contract-payment-new": ("officer", "/my/contracts/{contract}/payments/new"),
    "officer-contract-schedule": ("officer", "/my/contracts/{registered}/schedule"),
    "officer-contract-payment": ("officer", "/my/contracts/{contract}/payments/{payment}"),
    "officer-organisation-ties": ("officer", "/my/organisations/{organisation}/ties"),
    "notice": (None, "/notice"),
    "claimant-subsidies": ("claimant", "/my/subsidies"),
    "claimant-subsidy": ("claimant", "/my/subsidies/{own_claim}"),
    "claimant-subsidy-apply": ("claimant", "/my/subsidies/apply?{opening}"),
    "officer-subsidies": ("officer", "/office/subsidies"),
    "officer-subsidy": ("officer", "/office/subsidies/{claim}"),
    "officer-subsidy-trace": ("officer", "/office/subsidies/{claim}/trace"),
    "officer-subsidy-windows": ("officer", "/office/subsidies/windows"),
    "officer-subsidy-window": ("officer", "/office/subsidies/windows/{window}"),
    "officer-subsidy-dry-run": ("officer", "/office/subsidies/windows/{window}/dry-run?policy={other_policy}"),
    "officer-subsidy-batch": ("officer", "/office/subsidies/batches/{batch}"),
    "officer-policies": ("officer", "/office/policies"),
    "officer-policy": ("officer", "/office/policies/{policy}"),
    "officer-event-harvest": ("officer", "/office/events/{harvest}/harvest"),
    "organiser-event-harvest": ("organiser", "/office/events/{harvest}/harvest"),
    "member-notices": ("member", "/my/notices"),
    "member-notices-settings": ("member", "/my/notices/settings"),
    "member-searches": ("member", "/my/searches"),
    "member-organisations": ("member", "/my/organisations"),
    "member-organisation": ("member", "/my/organisations/{organisation}"),
    "member-organisation-edit": ("member", "/my/organisations/{organisation}/edit"),
    "member-organisation-new": ("member", "/my/organisations/new"),
    "member-account": ("member", "/my/account"),
    "member-data": ("member", "/my/data"),
    "organiser-home": ("organiser", "/"),
    "organiser-assistance": ("organiser", "/office/assistance"),
    "organiser-introductions": ("organiser", "/office/introductions"),
    "organiser-event-new": ("organiser", "/office/events/new"),
    "organiser-event-edit": ("organiser", "/office/events/{event}/edit"),
    "officer-home": ("officer", "/"),
    "officer-organisations": ("officer", "/office/organisations"),
    "officer-organisation": ("officer", "/office/organisations/{pending}"),
    "officer-listings": ("officer", "/office/listings"),
    "officer-data-requests": ("officer", "/office/data-requests"),
    "auditor-home": ("auditor", "/"),
    "auditor-audit": ("auditor", "/office/audit"),
    "administrator-home": ("admin", "/"),
    "administrator-people": ("admin", "/office/people"),
    "administrator-mails": ("admin", "/office/mails"),
    "organiser-event": ("organiser", "/office/events/{event}"),
    "organiser-event-agenda": ("organiser", "/office/events/{event}/agenda"),
    "organiser-event-copy": ("organiser", "/office/events/{event}/copy"),
    "organiser-event-guests": ("organiser", "/office/events/{event}/guests"),
    "organiser-event-pack": ("organiser", "/office/events/{event}/pack"),
    "organiser-event-print": ("organiser", "/office/events/{event}/print"),
    "event-register": ("member", "/events/{event}/register"),
    "my-events": ("member", "/my/events"),
    "my-event": ("member", "/my/events/{registration}"),
    "my-event-person": ("member", "/my/events/people/{participant}"),
    "my-event-new-person": ("member", "/my/events/{registration}/new"),
    "personal": (None, "/p/{token}"),
    "organiser-event-people": ("organiser", "/office/events/{event}/people"),
    "organiser-event-registration": ("organiser", "/office/events/{event}/people/{registration}"),
    "organiser-event-person": ("organiser", "/office/events/{event}/participants/{participant}"),
    "organiser-event-new-person": ("organiser", "/office/events/{event}/people/{registration}/new"),
    "organiser-event-import": ("organiser", "/office/events/{event}/people/import"),
    "organiser-event-candidates": ("organiser", "/office/events/{event}/candidates"),
    "organiser-event-candidates-of": ("organiser", "/office/events/{event}/candidates/{registration}"),
    "my-event-candidates": ("member", "/my/events/{registration}/candidates"),
    "organiser-event-desk": ("organiser", "/office/events/{event}/desk"),
    "organiser-event-walk-in": ("organiser", "/office/events/{event}/walk-in"),
    "organiser-event-walk-in-partners": ("organiser", "/office/events/{event}/walk-in/{participant}"),
    "organiser-event-board": ("organiser", "/office/events/{event}/board"),
    "organiser-event-outcomes": ("organiser", "/office/events/{over}/outcomes"),
    "my-event-outcomes": ("member", "/my/events/{registration}/outcomes"),
    "organiser-event-report": ("organiser", "/office/events/{over}/report"),
    "organiser-events-year": ("organiser", "/office/events/year"),
    "organiser-event-timetable": ("organiser", "/office/events/{event}/timetable"),
    "organiser-event-timetable-people": ("organiser", "/office/events/{event}/timetable?view=people"),
    "organiser-event-timetable-versions": ("organiser", "/office/events/{event}/timetable/versions"),
    "organiser-event-timetable-publish": ("organiser", "/office/events/{event}/timetable/{draft}/publish"),
    "organiser-event-timetable-move": ("organiser", "/office/events/{event}/timetable/{draft}/move?a={a}&b={b}"),
    "organiser-event-timetable-repair": ("organiser", "/office/events/{event}/timetable/repair"),
}
# Pages that stand only between two forms, or behind a letter's secret: seen in the browser journeys.
ROLES = ("member", "claimant", "organiser", "officer", "auditor", "admin")
BETWEEN = ("/login/code", "/reset/<secret>", "/invitation/<secret>")


def main(folder: Path, words: list[str]) -> None:
    """Take the pictures whose names hold one of `words`, or all."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: page for name, page in PAGES.items() if not words or any(word in name for word in words)}
    with tempfile.TemporaryDirectory() as copy:
        app = create_app(_copied(Config.from_env(), Path(copy)))
        with clock.pretend(LAST_DAY), unit(app.extensions[EXTENSION].sessions) as session:
            people, places = _places(session, app.secret_key)
        cookies = {role: _cookie(app, people.get(role) or f"{role}@demo.example") for role in ROLES}
        app.wsgi_app = _at_the_end_of_the_year(app.wsgi_app)  # type: ignore[method-assign]
        with served(app) as base, chromium() as browser:
            for width in WIDTHS:
                for name, (role, path) in tqdm(wanted.items(), desc=f"{width} px", unit="page"):
                    page = _page(browser, base, width, cookies.get(role or ""))
                    page.goto(base + path.format(**places))
                    page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
                    page.context.close()


def _copied(config: Config, folder: Path) -> Config:
    """The same installation in another folder: what a page counts or notes does not touch the real one."""
    shutil.copytree(config.data_dir, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("models"))
    (folder / "models").symlink_to(config.models_dir.resolve())
    return replace(config, data_dir=folder, database_url=f"sqlite:///{folder / 'matchmaker.db'}", development=True)


def _places(session: Session, secret_key: str) -> tuple[dict[str, str], dict[str, int | str]]:
    """The e-mail addresses of members with something to show, and what the addresses of pages ask for."""
    logins = select(Membership.organisation_id, Person).join(Person, Person.id == Membership.person_id)
    people = {house: one for house, one in session.execute(logins.where(Person.password_hash.is_not(None)))}
    known = {house: one.email or "" for house, one in people.items()}
    event = session.scalar(select(func.min(Event.id)).where(Event.starts_at > LAST_DAY)) or 0
    coming = {row.organisation_id: row for row in confirmed(session, event_id=event)}
    agreed = select(Introduction).where(Introduction.state == IntroductionState.ACCEPTED).order_by(Introduction.id)
    introduction, organisation = next(
        (row, number)
        for row in session.scalars(agreed)
        for number in (row.need_organisation_id, row.offer_organisation_id)
        if number in known and number in coming
    )
    registration = coming[organisation]
    draft = _draft(session, event)
    listed = select(Listing.id).where(Listing.state == State.PUBLISHED).order_by(Listing.id)
    others = listed.where(Listing.side == Side.OFFER, Listing.organisation_id != organisation)
    waiting = select(Organisation.id).where(Organisation.standing == Standing.PENDING)
    paid = session.scalars(select(ContractPayment).order_by(ContractPayment.id).limit(1)).first()
    claimant, claims = _claims(session, people)
    return {"member": known[organisation], "claimant": claimant or known[organisation]}, claims | {
        "introduction": introduction.id,
        "organisation": organisation,
        "own": session.scalars(listed.where(Listing.organisation_id == organisation)).first() or 0,
        "listing": session.scalars(others).first() or 0,
        "event": event,
        "over": session.scalar(select(func.max(Event.id)).where(Event.ends_at < LAST_DAY)) or 0,
        "deal": session.scalar(select(func.min(Deal.id))) or 0,
        "open_deal": session.scalar(select(func.min(Deal.id)).where(Deal.stage.not_in(OVER))) or 0,
        "open_contract": session.scalar(select(func.min(Contract.id)).where(Contract.state.in_(OPEN_STATES))) or 0,
        "contract": paid.contract_id if paid else 0,
        "registered": session.scalar(select(func.min(Contract.id)).where(Contract.state.in_(IN_FORCE))) or 0,
        "payment": paid.id if paid else 0,
        "contract_state": ContractState.CANCELLED.value,
        "registration": registration.id,
        "participant": registration.people[0].id,
        "draft": draft.id,
        "a": draft.meetings[0]["a"],
        "b": draft.meetings[0]["b"],
        "token": link_token(secret_key, registration.people[0]),
        "pending": session.scalar(waiting.limit(1)) or organisation,
    }


def _claims(session: Session, people: dict[int, Person]) -> tuple[str | None, dict[str, int | str]]:
    """Who has a claim to confirm, and of claims, rounds and events those with most to see."""
    most = (Claim.state != ClaimState.CLAWED_BACK, Claim.state != ClaimState.PAID, Claim.id)
    claim = session.scalars(select(Claim).order_by(*most)).first()
    found = (Claim.state != ClaimState.FOUND, Claim.id.desc())
    own = session.scalars(select(Claim).where(Claim.organisation_id.in_(people)).order_by(*found)).first()
    claimant = people[own.organisation_id] if own else None
    who = claimant and actor_of(session, person_id=claimant.id, session_version=claimant.session_version)
    opening = next(iter(openings(session, who)), None) if who else None
    came = (
        select(Meeting.event_id).join(Deal, Deal.meeting_id == Meeting.id).join(Contract, Contract.deal_id == Deal.id)
    )
    return claimant and claimant.email, {
        "claim": claim.id if claim else 0,
        "own_claim": own.id if own else 0,
        "opening": urlencode(_asked(opening)) if opening else "",
        "window": claim.window_id if claim else 0,
        "policy": claim.window.policy_row_id if claim else 0,
        "other_policy": session.scalar(select(func.max(PolicyVersion.id))) or 0,
        "batch": session.scalar(select(func.min(PaymentBatch.id))) or 0,
        "harvest": session.scalar(came.limit(1)) or 0,
    }


def _asked(opening: Opening) -> dict[str, int | str]:
    """What leads to the form of this one."""
    numbers = {"window_id": opening.window.id, "contract_id": opening.contract.id}
    return numbers | {"role": opening.role.value, "organisation_id": opening.organisation_id}


def _draft(session: Session, event: int) -> Timetable:
    """A draft to look at: what is published, as it would be changed."""
    now = published(session, event_id=event)
    assert now is not None
    return copy_as_draft(session, Actor.system("screens"), timetable_id=now.id)


def _cookie(app: Flask, email: str) -> str:
    """The session cookie of this person, without going through the login page and its second factor."""
    client = app.test_client()
    with reading(app.extensions[EXTENSION].sessions) as session:
        log_in(client, session.scalars(select(Person).where(Person.email == email)).one())
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def _at_the_end_of_the_year(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Every request is answered as on the last day of the demo's year, whenever the pictures are taken."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with clock.pretend(LAST_DAY):
            return list(inner(environ, start))

    return answer


def _page(browser: Browser, base: str, width: int, cookie: str | None) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
    if cookie:
        context.add_cookies([{"name": "session", "value": cookie, "url": base}])
    return context.new_page()


if __name__ == "__main__":
    main(FOLDER, sys.argv[1:])
