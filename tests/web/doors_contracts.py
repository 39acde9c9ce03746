"""Who may open the addresses of contracts, what their forms must hold, and which of the town's things stand in them."""

# The seller files, the buyer reads and pays; the auditor reads only, organisers and administrators have no part in it.
SELLER = frozenset({"member", "colleague"})
PARTIES = SELLER | {"stranger"}
WRITERS = SELLER | {"officer"}
PAYERS = PARTIES | {"officer"}
READERS = PAYERS | {"auditor"}
LOGGED_IN = READERS | {"newcomer", "organiser", "administrator"}
OFFICE = frozenset({"officer", "auditor"})
OFFICER = frozenset({"officer"})
ONE = "/my/contracts/<int:contract_id>"
MOVE = f"{ONE}/steps/<contract_state>"
TIES = "/my/organisations/<int:organisation_id>/ties"
DOORS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/my/contracts"): LOGGED_IN,
    # Whoever is in an organisation may begin one; whether it is the seller is asked when it is kept.
    ("GET", "/my/contracts/new"): PAYERS,
    ("POST", "/my/contracts/new"): PAYERS,
    ("POST", "/my/contracts/panel"): PAYERS,
    ("POST", "/my/deals/<int:deal_id>/contract"): WRITERS,
    ("GET", ONE): READERS,
    ("GET", f"{ONE}/registration-form.xlsx"): READERS,
    ("GET", f"{ONE}/registration-form.pdf"): READERS,
    ("GET", f"{ONE}/edit"): WRITERS,
    ("POST", f"{ONE}/edit"): WRITERS,
    ("GET", MOVE): WRITERS,
    ("POST", MOVE): WRITERS,
    ("GET", f"{ONE}/payments/new"): PAYERS,
    ("POST", f"{ONE}/payments/new"): PAYERS,
    ("GET", f"{ONE}/payments/<int:payment_id>"): PAYERS,
    ("POST", f"{ONE}/payments/<int:payment_id>/papers"): PAYERS,
    # The town's payment is the seller's entry.
    ("POST", f"{ONE}/payments/<int:payment_id>/withdraw"): WRITERS,
    ("GET", f"{ONE}/schedule"): WRITERS,
    ("POST", f"{ONE}/schedule"): WRITERS,
    ("POST", f"{ONE}/files"): PAYERS,
    ("GET", f"{ONE}/files/<int:contract_paper_id>"): READERS,
    ("POST", f"{ONE}/files/<int:contract_paper_id>/withdraw"): WRITERS,
    ("POST", f"{ONE}/related"): PAYERS,
    ("GET", TIES): SELLER | OFFICE,
    ("POST", TIES): WRITERS,
    ("GET", "/office/contracts"): OFFICE,
    ("GET", "/office/contracts.xlsx"): OFFICE,
    ("GET", "/office/contracts/import"): OFFICER,
    ("POST", "/office/contracts/import"): OFFICER,
}
FORMS: dict[str, dict[str, object]] = {
    f"{ONE}/payments/new": {"kind": "payment", "paid_on": "2026-01-02", "amount": "100.00"},
    f"{ONE}/payments/<int:payment_id>/withdraw": {"reason": "填错了"},
    f"{ONE}/files": {"purpose": "other"},
    f"{ONE}/related": {"word": "declare", "note": "双方同属一个集团"},
    f"{ONE}/schedule": {"revision": "2", "reason": "补充协议"},
    MOVE: {"revision": "2", "happened_on": "2026-01-02"},
    TIES: {"ties.0.kind": "controller", "ties.0.holder_name": "梁大股", "ties.0.valid_from": "2020-01-01"},
}
UPLOADS: dict[str, str] = {f"{ONE}/files": "paper", f"{ONE}/payments/<int:payment_id>/papers": "receipt"}
# The variable parts of addresses, and what the town calls the thing.
IDS: dict[str, str] = {"contract_id": "contract", "contract_paper_id": "contract_paper", "payment_id": "payment"}
WORDS: dict[str, str] = {"contract_state": "submitted"}
