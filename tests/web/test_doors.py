"""Who may open which address. A new one without a line here fails."""

import subprocess
import sys

from matchmaker.app import create_app
from matchmaker.config import Config

VISITOR = "everybody"
DOORS = {
    ("GET", "/"): VISITOR,
    ("POST", "/search"): VISITOR,
    ("GET", "/listings"): VISITOR,
    ("GET", "/listings/<int(max=9223372036854775807):listing_id>"): VISITOR,
    ("GET", "/health"): VISITOR,
    ("GET", "/language/<code>"): VISITOR,
    ("GET", "/import-template/<kind>.xlsx"): VISITOR,
    ("GET", "/assets/<path:filename>"): VISITOR,
}


def test_every_address_says_who_may_open_it(settings: Config) -> None:
    implied = {"HEAD", "OPTIONS"}
    found = {
        (method, rule.rule)
        for rule in create_app(settings).url_map.iter_rules()
        for method in (rule.methods or set()) - implied
    }
    assert found == set(DOORS)


def test_the_pages_are_imported_without_the_model() -> None:
    code = "import sys, matchmaker.web; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
