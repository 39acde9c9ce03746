"""What an organisation may look like when it comes in."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.factories import organisation_in


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"uscc": "91440605YYYY000128"}, "wrong check character"),
        ({"town": "440605999"}, "unknown town"),
        ({"chain_nodes": ["HYD-99"]}, "unknown chain node 'HYD-99'"),
        ({"kind": "club"}, "Input should be"),
        ({"name": " "}, "at least 2"),
        ({"name": "阀\x00门"}, "control characters"),
        ({"titles": [{"title": "srdi", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}]}, "lies before"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_wrong_field_is_refused(over: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        organisation_in(**over)


def test_an_organisation_needs_little() -> None:
    data = organisation_in(scale=None, chain_nodes=[], titles=[], name=" 阀门厂 ")
    assert (data.name, data.scale, data.intro) == ("阀门厂", None, "")
