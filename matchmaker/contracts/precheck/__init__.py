"""The pre-check: what the registry would refuse or send back, and how to mend it (DOMAIN 1.6). Knows no database."""

from matchmaker.contracts.precheck.deciding import check
from matchmaker.contracts.precheck.shapes import ContractFacts, Finding, PartyFacts, Reused, RightFacts

__all__ = ["ContractFacts", "Finding", "PartyFacts", "Reused", "RightFacts", "check"]
