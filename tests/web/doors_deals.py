"""Who may open the addresses of deals, what their forms must hold, and which of the town's things stand in them."""

BOTH_SIDES = frozenset({"member", "colleague", "stranger"})
CARRY_ON = BOTH_SIDES | {"officer"}
LOGGED_IN = CARRY_ON | {"newcomer", "organiser", "auditor", "administrator"}
PLANNERS = frozenset({"organiser", "officer"})
ONE = "/my/deals/<int:deal_id>"
DOORS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/my/deals"): LOGGED_IN,
    ("GET", "/my/deals/new"): LOGGED_IN,
    ("POST", "/my/deals/new"): frozenset({"member", "colleague"}),
    # The town's deal was put down by hand: organisers read those of events.
    ("GET", ONE): CARRY_ON | {"auditor"},
    ("GET", f"{ONE}/edit"): CARRY_ON,
    ("POST", f"{ONE}/edit"): CARRY_ON,
    ("POST", f"{ONE}/move"): CARRY_ON,
    ("POST", f"{ONE}/next"): CARRY_ON,
    ("POST", f"{ONE}/owner"): CARRY_ON,
    ("POST", f"{ONE}/notes"): CARRY_ON,
    ("POST", f"{ONE}/files"): CARRY_ON,
    ("GET", f"{ONE}/files/<int:deal_file_id>"): CARRY_ON | {"auditor"},
    # The seller brought it.
    ("POST", f"{ONE}/files/<int:deal_file_id>/withdraw"): frozenset({"member", "colleague", "officer"}),
    ("POST", "/my/introductions/<int:introduction_id>/deal"): CARRY_ON,
    ("POST", "/my/events/<int:registration_id>/outcomes/<int:meeting_id>/deal"): frozenset({"member", "colleague"}),
    ("POST", "/office/events/<int:event_id>/outcomes/<int:meeting_id>/deal"): PLANNERS,
    ("GET", "/office/deals"): PLANNERS | {"auditor"},
    ("GET", "/office/deals/new"): frozenset({"officer"}),
    ("POST", "/office/deals/new"): frozenset({"officer"}),
}
FORMS: dict[str, dict[str, object]] = {
    "/my/deals/new": {
        "organisation_id": 1,
        "role": "seller",
        "partner": "佛山市南海区隐名电机有限公司",
        "kind": "order",
        "title": "采购阀门",
    },
    "/office/deals/new": {
        "buyer": "佛山市南海区隐名电机有限公司",
        "seller": "佛山市南海区试样阀门有限公司",
        "kind": "order",
        "title": "采购阀门",
    },
    f"{ONE}/edit": {"revision": 1, "kind": "technology", "title": "减压阀开发"},
    f"{ONE}/move": {"revision": 1, "stage": "intent"},
    f"{ONE}/next": {"revision": 1, "next_step": "寄样"},
    f"{ONE}/owner": {"revision": 1, "person_id": ""},
    f"{ONE}/notes": {"text": "您好", "reach": "both"},
}
UPLOADS: dict[str, str] = {f"{ONE}/files": "attachment"}
# The variable parts of addresses, and what the town calls the thing.
IDS: dict[str, str] = {"deal_id": "deal", "deal_file_id": "deal_file"}
WORDS: dict[str, str] = {}
