"""Organisations' names where there is little room: on a grid of tables, on a card. Pure."""

# What every firm of the district has in its name tells none of them apart.
_PLACES = ("广东省", "广东", "佛山市", "佛山", "南海区", "南海")
_FORMS = ("有限责任公司", "集团股份有限公司", "股份有限公司", "集团有限公司", "有限公司", "（普通合伙）", "(普通合伙)")
_SHORTEST = 2


def short_name(name: str) -> str:
    """An organisation's name without its place and its form; the whole where nothing would be left."""
    found = name.strip()
    for place in _PLACES:
        found = found.removeprefix(place)
    for form in _FORMS:
        found = found.removesuffix(form)
    return found if len(found) >= _SHORTEST else name.strip()
