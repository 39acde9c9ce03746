"""Who may open the addresses of subsidies, what their forms must hold, and which of the town's things stand in them."""

PEOPLE = frozenset({"member", "colleague", "stranger", "newcomer", "organiser", "officer", "auditor", "administrator"})
EVERYBODY = PEOPLE | {"visitor"}
OWN = frozenset({"member", "colleague"})
OFFICER = frozenset({"officer"})
# Administrators run the platform and have nothing to do with money; organisers neither.
OFFICE = frozenset({"officer", "auditor"})
DOORS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/notice"): EVERYBODY,
    ("POST", "/notice/<int:noticed_id>"): EVERYBODY,
    ("GET", "/my/subsidies"): PEOPLE,
    ("GET", "/my/subsidies/apply"): PEOPLE,
    # For which contract is asked only when the form can be read.
    ("POST", "/my/subsidies/apply"): PEOPLE,
    ("GET", "/my/subsidies/<int:claim_id>"): OWN | OFFICE,
    ("POST", "/my/subsidies/<int:claim_id>/confirm"): OWN,
    ("POST", "/my/subsidies/<int:claim_id>/withdraw"): OWN,
    ("POST", "/my/subsidies/<int:claim_id>/appeal"): OWN,
    ("POST", "/my/subsidies/<int:claim_id>/files"): OWN | OFFICER,
    ("GET", "/my/subsidies/<int:claim_id>/files/<int:paper_id>"): OWN | OFFICE,
    ("POST", "/my/subsidies/<int:claim_id>/files/<int:paper_id>/withdraw"): OWN | OFFICER,
    ("GET", "/office/subsidies"): OFFICE,
    ("GET", "/office/subsidies/claims.xlsx"): OFFICE,
    ("GET", "/office/subsidies/<int:claim_id>"): OFFICE,
    ("POST", "/office/subsidies/<int:claim_id>/step"): OFFICER,
    ("POST", "/office/subsidies/<int:claim_id>/paid"): OFFICER,
    ("POST", "/office/subsidies/<int:claim_id>/take-out"): OFFICER,
    ("POST", "/office/subsidies/<int:claim_id>/claw-back"): OFFICER,
    ("POST", "/office/subsidies/<int:granted_id>/claw-backs/<int:claw_back_id>"): OFFICER,
    ("POST", "/office/subsidies/<int:noticed_id>/voices/<int:voice_id>"): OFFICER,
    ("GET", "/office/subsidies/<int:claim_id>/trace"): OFFICE,
    ("GET", "/office/subsidies/<int:claim_id>/trace.pdf"): OFFICE,
    ("GET", "/office/events/<int:event_id>/harvest"): OFFICE | {"organiser"},
    ("GET", "/office/subsidies/windows"): OFFICE,
    ("POST", "/office/subsidies/windows"): OFFICER,
    ("GET", "/office/subsidies/windows/<int:window_id>"): OFFICE,
    ("POST", "/office/subsidies/windows/<int:window_id>/budget"): OFFICER,
    ("POST", "/office/subsidies/windows/<int:window_id>/find"): OFFICER,
    ("POST", "/office/subsidies/windows/<int:window_id>/share"): OFFICER,
    ("POST", "/office/subsidies/windows/<int:window_id>/batches"): OFFICER,
    ("POST", "/office/subsidies/windows/<int:window_id>/entries/<int:entry_id>/reverse"): OFFICER,
    ("GET", "/office/subsidies/windows/<int:window_id>/dry-run"): OFFICE,
    ("GET", "/office/subsidies/windows/<int:window_id>/dry-run.xlsx"): OFFICE,
    ("GET", "/office/subsidies/batches/<int:batch_id>"): OFFICE,
    ("POST", "/office/subsidies/batches/<int:batch_id>/pack.zip"): OFFICER,
    ("POST", "/office/subsidies/batches/<int:batch_id>/check"): OFFICE,
    ("GET", "/office/policies"): OFFICE,
    ("POST", "/office/policies"): OFFICER,
    ("GET", "/office/policies/<int:policy_row_id>"): OFFICE,
}
_KEYS = {"once": "0123456789abcdef", "revision": "1"}
FORMS: dict[str, dict[str, object]] = {
    "/my/subsidies/<int:claim_id>/confirm": _KEYS
    | {"declared": "true", "bank_name": "佛山农商银行", "bank_account": "8001000012345678"},
    "/my/subsidies/<int:claim_id>/withdraw": _KEYS | {"reason": "不申领了"},
    "/my/subsidies/<int:claim_id>/appeal": _KEYS | {"text": "请再看一遍。"},
    "/my/subsidies/<int:claim_id>/files": {"purpose": "statement"},
    "/office/subsidies/<int:claim_id>/step": _KEYS | {"action": "precheck"},
    "/office/subsidies/<int:claim_id>/paid": _KEYS | {"paid_on": "2026-01-01"},
    "/office/subsidies/<int:claim_id>/take-out": _KEYS | {"reason": "支付未成功"},
    "/office/subsidies/<int:claim_id>/claw-back": _KEYS | {"reason": "false_declaration", "text": "不实"},
    "/office/subsidies/<int:granted_id>/claw-backs/<int:claw_back_id>": _KEYS | {"action": "drop", "answer": "不成立"},
    "/office/subsidies/<int:noticed_id>/voices/<int:voice_id>": _KEYS | {"upheld": "no", "answer": "已核实"},
    "/office/subsidies/windows/<int:window_id>/budget": _KEYS | {"amount": "6000000", "reason": "追加"},
    "/office/subsidies/batches/<int:batch_id>/pack.zip": _KEYS | {"purpose": "移交国库支付"},
}
UPLOADS: dict[str, str] = {"/my/subsidies/<int:claim_id>/files": "file"}
# The variable parts of addresses, and what the town calls the thing.
IDS: dict[str, str] = {
    "claim_id": "claim",
    "paper_id": "claim_paper",
    "noticed_id": "noticed",
    "voice_id": "voice",
    "granted_id": "granted",
    "claw_back_id": "claw_back",
    "window_id": "window",
    "batch_id": "batch",
    "entry_id": "entry",
    "policy_row_id": "policy",
}
WORDS: dict[str, str] = {}
