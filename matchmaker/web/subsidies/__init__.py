"""Pages about the subsidy: an organisation's claims, the review, the public notice, the money and the trace."""

from matchmaker.web.subsidies import disputes, dry_runs, funds, notice, own, policies, review, shown, traced
from matchmaker.web.subsidies.door import blueprint

# What these pages show amounts and reasons with, as soon as they are put into an application.
blueprint.record(lambda state: shown.register(state.app))  # type: ignore[arg-type]

__all__ = ["blueprint", "disputes", "dry_runs", "funds", "notice", "own", "policies", "review", "traced"]
