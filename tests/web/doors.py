"""Who may open which address: every route and method, and what a form must hold to get as far as that question."""

from tests.web import doors_contracts, doors_deals, doors_subsidies
from tests.web.town import NAMES, Town

# The second officer opens what the first one does; that two are needed is the features' business.
LOGGED_IN = frozenset(NAMES) - {"second_officer"}
EVERYBODY = LOGGED_IN | {"visitor"}
OWN = frozenset({"member", "colleague"})
OFFICE = frozenset({"officer", "auditor", "administrator"})
BOTH_SIDES = frozenset({"member", "colleague", "stranger"})
# The secret of a letter is what opens these, for whoever holds it.
BY_LETTER = frozenset({"letter"})
# One address for each printout of an event.
PRINTED = "<any(schedules,cards,door,grid,badges):what>"
DOORS: dict[tuple[str, str], frozenset[str]] = {
    # open to everybody
    ("GET", "/"): EVERYBODY,
    ("GET", "/about"): EVERYBODY,
    ("GET", "/join"): EVERYBODY,
    ("GET", "/privacy"): EVERYBODY,
    ("GET", "/search"): EVERYBODY,
    ("POST", "/search"): EVERYBODY,
    ("GET", "/listings"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>.pdf"): EVERYBODY,
    ("GET", "/listings/<int:listing_id>/files/<int:file_id>"): EVERYBODY,
    ("GET", "/events"): EVERYBODY,
    ("GET", "/events/<int:event_id>"): EVERYBODY,
    ("GET", "/health"): EVERYBODY,
    ("GET", "/language/<code>"): EVERYBODY,
    ("GET", "/import-template/<kind>.xlsx"): EVERYBODY,
    ("GET", "/assets/<path:filename>"): EVERYBODY,
    # getting in; a wrong password or a used link is refused there, not at the door
    ("GET", "/login"): EVERYBODY,
    ("POST", "/login"): EVERYBODY,
    ("GET", "/login/code"): EVERYBODY,
    ("POST", "/login/code"): EVERYBODY,
    ("POST", "/logout"): EVERYBODY,
    ("GET", "/register"): EVERYBODY,
    ("POST", "/register"): EVERYBODY,
    ("GET", "/register/written"): EVERYBODY,
    ("POST", "/register/again"): EVERYBODY,
    ("GET", "/forgotten"): EVERYBODY,
    ("POST", "/forgotten"): EVERYBODY,
    ("GET", "/verify/<secret>"): BY_LETTER,
    ("POST", "/verify/<secret>"): BY_LETTER,
    ("GET", "/reset/<secret>"): BY_LETTER,
    ("POST", "/reset/<secret>"): BY_LETTER,
    ("GET", "/invitation/<secret>"): BY_LETTER,
    ("POST", "/invitation/<secret>"): BY_LETTER,
    # one's own, whoever one is
    ("GET", "/my/account"): LOGGED_IN,
    ("POST", "/my/account"): LOGGED_IN,
    ("POST", "/my/account/password"): LOGGED_IN,
    ("POST", "/my/account/end-logins"): LOGGED_IN,
    ("GET", "/my/data"): LOGGED_IN,
    ("POST", "/my/data"): LOGGED_IN,
    ("GET", "/my/data.json"): LOGGED_IN,
    ("POST", "/my/data/leave"): LOGGED_IN,
    ("GET", "/my/notices"): LOGGED_IN,
    ("POST", "/my/notices/<int:notice_id>"): frozenset({"member"}),
    ("POST", "/my/notices/read"): LOGGED_IN,
    ("GET", "/my/notices/settings"): LOGGED_IN,
    ("POST", "/my/notices/settings"): LOGGED_IN,
    ("GET", "/my/searches"): LOGGED_IN,
    ("POST", "/my/searches"): LOGGED_IN,
    ("POST", "/my/searches/<int:search_id>/end"): frozenset({"member"}),
    ("GET", "/my/listings"): LOGGED_IN,
    ("GET", "/my/matches"): LOGGED_IN,
    ("GET", "/my/introductions"): LOGGED_IN,
    ("GET", "/my/organisations"): LOGGED_IN,
    ("GET", "/my/organisations/new"): LOGGED_IN,
    ("POST", "/my/organisations/new"): LOGGED_IN,
    ("GET", "/my/listings/new"): LOGGED_IN,
    ("POST", "/my/listings/save"): LOGGED_IN,
    ("GET", "/listings/<int:listing_id>/contact"): LOGGED_IN,
    ("GET", "/listings/export.xlsx"): LOGGED_IN - {"administrator"},
    # an organisation's own
    ("POST", "/my/listings/draft"): OWN,
    ("POST", "/my/listings/panel"): OWN,
    ("POST", "/my/listings/drafts/<int:draft_id>/discard"): OWN,
    ("GET", "/my/listings/<int:listing_id>/edit"): OWN,
    ("POST", "/my/listings/<int:listing_id>/state"): OWN,
    ("POST", "/my/listings/<int:listing_id>/renew"): OWN,
    ("GET", "/my/listings/<int:listing_id>/history"): OWN | OFFICE | {"organiser"},
    ("POST", "/my/listings/<int:listing_id>/files"): OWN,
    ("POST", "/my/listings/<int:listing_id>/files/<int:file_id>/withdraw"): OWN,
    ("GET", "/my/matches/<int:listing_id>"): OWN,
    ("POST", "/my/matches/<int:listing_id>/<int:other_id>/ask"): OWN,
    ("POST", "/my/matches/<int:listing_id>/<int:other_id>/decide"): OWN,
    ("GET", "/my/introductions/<int:introduction_id>"): BOTH_SIDES | {"organiser", "officer", "auditor"},
    ("POST", "/my/introductions/<int:introduction_id>/answer"): BOTH_SIDES,
    ("POST", "/my/introductions/<int:introduction_id>/end"): BOTH_SIDES,
    ("POST", "/my/introductions/<int:introduction_id>/write"): BOTH_SIDES,
    ("GET", "/my/organisations/<int:organisation_id>"): OWN | OFFICE,
    ("GET", "/my/organisations/<int:organisation_id>/licence"): OWN | OFFICE,
    ("GET", "/my/organisations/<int:organisation_id>/edit"): OWN,
    ("POST", "/my/organisations/<int:organisation_id>/edit"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/licence"): OWN,
    ("POST", "/my/organisations/<int:organisation_id>/submit"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/matching"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/members"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/members/<int:person_id>"): frozenset({"member"}),
    ("POST", "/my/organisations/<int:organisation_id>/assistance"): frozenset({"member"}),
    ("POST", "/my/assistance/<int:assistance_id>"): frozenset({"member", "organiser"}),
    # the office
    ("GET", "/office/organisations"): OFFICE,
    ("GET", "/office/organisations/<int:organisation_id>"): OFFICE,
    ("POST", "/office/organisations/<int:organisation_id>"): frozenset({"officer"}),
    ("GET", "/office/listings"): OFFICE,
    ("POST", "/office/listings/<int:listing_id>"): frozenset({"officer"}),
    ("GET", "/office/data-requests"): OFFICE,
    ("POST", "/office/data-requests/<int:request_id>"): frozenset({"officer"}),
    ("GET", "/office/assistance"): frozenset({"organiser", "officer", "auditor"}),
    ("POST", "/office/assistance"): frozenset({"organiser", "officer"}),
    ("POST", "/office/help/<int:organisation_id>"): frozenset({"organiser"}),
    ("POST", "/office/stop-helping"): LOGGED_IN,
    ("GET", "/office/introductions"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/people"): frozenset({"administrator", "auditor"}),
    ("POST", "/office/people"): frozenset({"administrator"}),
    ("POST", "/office/people/<int:person_id>"): frozenset({"administrator"}),
    ("GET", "/office/audit"): frozenset({"auditor", "administrator"}),
    ("GET", "/office/mails"): frozenset({"administrator"}),
    ("GET", "/office/events/new"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/new"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/edit"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/edit"): frozenset({"organiser", "officer"}),
    ("GET", "/events.ics"): EVERYBODY,
    ("GET", "/events/<int:event_id>.ics"): EVERYBODY,
    ("GET", "/office/events/<int:event_id>"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/announce"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/call-off"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/agenda"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/agenda/slots"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/agenda/tables"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/copy"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/copy"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/guests"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/guests"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/guests/invite"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/guests/<int:ranking_id>/redo"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/guests/<int:ranking_id>/call-sheet.xlsx"): frozenset(
        {"organiser", "officer"}
    ),
    ("GET", "/office/events/<int:event_id>/pack"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/pack"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/pack.zip"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/print"): frozenset({"organiser", "officer"}),
    ("GET", "/my/events/<int:registration_id>/schedule.pdf"): OWN | {"organiser", "officer"},
    ("GET", "/office/events/<int:event_id>/people"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/add"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/remind"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/fill"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/people/import"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/import"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/people/import-template.xlsx"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/people/<int:registration_id>"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/<int:registration_id>/answer"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/<int:registration_id>/decide"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/<int:registration_id>/cancel"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/<int:registration_id>/brought"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/people/<int:registration_id>/new"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/people/<int:registration_id>/new"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/participants/<int:participant_id>"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/participants/<int:participant_id>"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/participants/<int:participant_id>/leave"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/participants/<int:participant_id>/revoke"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/participants/<int:participant_id>/letter"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/letters"): frozenset({"organiser", "officer"}),
    ("GET", "/events/<int:event_id>/register"): LOGGED_IN,
    ("POST", "/events/<int:event_id>/register"): OWN,
    ("GET", "/my/events"): LOGGED_IN,
    ("GET", "/my/events/<int:registration_id>"): OWN,
    ("POST", "/my/events/<int:registration_id>/answer"): OWN,
    ("POST", "/my/events/<int:registration_id>/cancel"): OWN,
    ("POST", "/my/events/<int:registration_id>/brought"): OWN,
    ("GET", "/my/events/<int:registration_id>/new"): OWN,
    ("POST", "/my/events/<int:registration_id>/new"): OWN,
    ("GET", "/my/events/<int:registration_id>/calendar.ics"): OWN,
    ("GET", "/my/events/people/<int:participant_id>"): OWN,
    ("POST", "/my/events/people/<int:participant_id>"): OWN,
    ("POST", "/my/events/people/<int:participant_id>/leave"): OWN,
    ("POST", "/my/events/people/<int:participant_id>/revoke"): OWN,
    ("POST", "/my/events/people/<int:participant_id>/letter"): OWN,
    ("GET", "/p/<token>"): BY_LETTER,
    ("POST", "/p/<token>/letters"): BY_LETTER,
    ("GET", "/p/<token>/calendar.ics"): BY_LETTER,
    ("GET", f"/office/events/<int:event_id>/print/{PRINTED}.pdf"): frozenset({"organiser", "officer"}),
    ("GET", f"/office/events/<int:event_id>/print/{PRINTED}.xlsx"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/candidates"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/candidates"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/candidates.xlsx"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/candidates/<int:registration_id>"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/candidates/<int:registration_id>.xlsx"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/candidates/<int:registration_id>.pdf"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/candidates/<int:registration_id>/mark"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/candidates/<int:registration_id>/ask"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/candidates/pairs/<int:pair_id>/answer"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/candidates/pairs/<int:pair_id>/withdraw"): frozenset(
        {"organiser", "officer"}
    ),
    ("GET", "/my/events/<int:registration_id>/candidates"): OWN,
    ("GET", "/my/events/<int:registration_id>/candidates.pdf"): OWN,
    ("POST", "/my/events/<int:registration_id>/candidates/ask"): OWN,
    ("POST", "/my/events/<int:registration_id>/requests/<int:pair_id>/answer"): OWN,
    ("POST", "/my/events/<int:registration_id>/requests/<int:pair_id>/withdraw"): OWN,
    ("GET", "/office/events/<int:event_id>/desk"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/desk"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/desk/<int:participant_id>"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/walk-in"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/walk-in"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/walk-in/<int:participant_id>"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/walk-in/<int:participant_id>"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/board"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/outcomes"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/outcomes/<int:meeting_id>"): frozenset({"organiser", "officer"}),
    ("GET", "/my/events/<int:registration_id>/outcomes"): OWN | {"organiser", "officer"},
    ("POST", "/my/events/<int:registration_id>/outcomes/<int:meeting_id>"): OWN,
    ("POST", "/p/<token>/outcomes/<int:meeting_id>"): BY_LETTER,
    ("GET", "/follow-up/<token>"): BY_LETTER,
    ("POST", "/follow-up/<token>"): BY_LETTER,
    ("GET", "/office/events/<int:event_id>/report"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/events/<int:event_id>/report.xlsx"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/events/<int:event_id>/report.pdf"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/events/year"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/events/year.xlsx"): frozenset({"organiser", "officer", "auditor"}),
    ("GET", "/office/events/<int:event_id>/timetable"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/start"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/timetable/versions"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/timetable/repair"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/repair"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/timetable/<int:timetable_id>/publish"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/publish"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/unpublish"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/copy"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/timetable/<int:timetable_id>/move"): frozenset({"organiser", "officer"}),
    ("GET", "/office/events/<int:event_id>/timetable/<int:timetable_id>/moves.json"): frozenset(
        {"organiser", "officer"}
    ),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/move"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/add"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/lock"): frozenset({"organiser", "officer"}),
    ("POST", "/office/events/<int:event_id>/timetable/<int:timetable_id>/remove"): frozenset({"organiser", "officer"}),
    ("GET", "/office/event-tasks/<int:task_id>.json"): frozenset({"organiser", "officer"}),
    ("POST", "/office/event-tasks/<int:task_id>/stop"): frozenset({"organiser", "officer"}),
}
AREAS = (doors_deals, doors_contracts, doors_subsidies)
DOORS |= {door: who for area in AREAS for door, who in area.DOORS.items()}
# The organisation of "member"; forms name it by its number.
OWN_ORGANISATION = 1
# What a form must hold to get past its own checks to the question of who may.
FORMS: dict[str, dict[str, object]] = {
    "/my/events/<int:registration_id>/outcomes/<int:meeting_id>": {"kind": "informative"},
    "/office/events/<int:event_id>/outcomes/<int:meeting_id>": {"kind": "informative"},
    "/office/events/<int:event_id>/desk/<int:participant_id>": {"action": "here"},
    "/office/events/<int:event_id>/walk-in": {"name": "某某有限公司", "person_name": "黄一"},
    "/events/<int:event_id>/register": {"organisation_id": OWN_ORGANISATION, "name_1": "梁代表"},
    "/my/events/<int:registration_id>/new": {"name": "新代表"},
    "/my/events/people/<int:participant_id>": {"name": "梁代表"},
    "/office/events/<int:event_id>/people/add": {"name": "某某有限公司", "person_name": "黄一"},
    "/office/events/<int:event_id>/people/<int:registration_id>/new": {"name": "新代表"},
    "/office/events/<int:event_id>/participants/<int:participant_id>": {"name": "梁代表"},
    "/office/events/<int:event_id>/people/<int:registration_id>/decide": {"state": "waiting"},
    "/my/listings/draft": {"title": "减压阀", "organisation_id": OWN_ORGANISATION},
    "/my/listings/panel": {"title": "减压阀", "organisation_id": OWN_ORGANISATION},
    "/my/listings/<int:listing_id>/state": {"state": "on_hold"},
    "/my/listings/<int:listing_id>/files": {},
    "/my/organisations/<int:organisation_id>/edit": {
        "uscc": "91440605YYYY000127",
        "name": "佛山市南海区试样阀门有限公司",
        "kind": "enterprise",
        "town": "440605123",
    },
    "/my/organisations/<int:organisation_id>/members": {"name": "新同事", "email": "new@demo.example"},
    "/my/organisations/<int:organisation_id>/members/<int:person_id>": {"action": "owner"},
    "/my/organisations/<int:organisation_id>/assistance": {
        "staff_id": "1",
        "purpose": "代填信息",
        "until": "2099-01-01",
    },
    "/office/organisations/<int:organisation_id>": {"standing": "returned", "reason": "请补充"},
    "/my/organisations/<int:organisation_id>/matching": {"off": "true"},
    "/my/matches/<int:listing_id>/<int:other_id>/decide": {"decision": "later"},
    "/my/introductions/<int:introduction_id>/write": {"text": "您好"},
    "/my/introductions/<int:introduction_id>/answer": {"answer": "yes"},
}
# Files come as a form of their own kind; who may is asked before whether they fit.
UPLOADS = {
    "/office/events/<int:event_id>/people/import": "file",
    "/office/events/<int:event_id>/pack": "pack",
    "/my/listings/<int:listing_id>/files": "attachment",
    "/my/organisations/<int:organisation_id>/licence": "licence",
}
FORMS |= {rule: form for area in AREAS for rule, form in area.FORMS.items()}
UPLOADS |= {rule: field for area in AREAS for rule, field in area.UPLOADS.items()}
# These change nothing that another person's knock depends on.
HARMLESS = ("/search", "/login", "/login/code", "/logout", "/forgotten", "/register", "/register/again")
# These end the login that asks, and then say so on the login page.
LEAVING = ("/my/account/end-logins",)


def address_of(rule: str, town: Town) -> str:
    """The rule with the ids of the town's own things in it."""
    ids = {
        "listing_id": town.ids["offer"],
        "other_id": town.ids["need"],
        "file_id": town.ids["file"],
        "organisation_id": town.ids["organisation"],
        "person_id": town.people["colleague"],
        "introduction_id": town.ids["introduction"],
        "assistance_id": town.ids["assistance"],
        "draft_id": town.ids["draft"],
        "notice_id": town.ids["notice"],
        "search_id": town.ids["search"],
        "request_id": town.ids["request"],
        "event_id": town.ids["fair"],
        "registration_id": town.ids["registration"],
        "participant_id": town.ids["participant"],
        "meeting_id": town.ids["meeting"],
        "timetable_id": town.ids["timetable"],
        "pair_id": town.ids["pair"],
        "task_id": town.ids["task"],
        "ranking_id": town.ids["ranking"],
    }
    words = {"secret": "none", "token": "none", "code": "zh", "kind": "listings", "filename": "site.css"}
    for area in AREAS:
        ids |= {name: town.ids[called] for name, called in area.IDS.items()}
        words |= area.WORDS
    found = rule
    for name, value in (ids | words).items():
        for kind in ("", "int:", "path:"):
            found = found.replace(f"<{kind}{name}>", str(value))
    return found.replace(PRINTED, "badges")
