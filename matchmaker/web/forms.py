"""From a posted form to a feature's schema, with every fault beside its field and nothing typed lost."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.core.errors import Fault, Invalid
from matchmaker.exchange.messages import field_of, in_chinese, in_english
from matchmaker.web.language import _, language

Model = TypeVar("Model", bound=BaseModel)
# Not the schema's business: the form token, and which button was pressed.
MACHINERY = frozenset({"csrf_token", "action", "next"})


def read_form(
    model: type[Model], values: MultiDict[str, str], *, lists: Collection[str] = (), **fixed: object
) -> Model:
    """The form as the schema says. `lists` are fields that may come several times; empty fields count as left out.

    `fixed` values come from the address or the session and win over the form. Invalid names every field that is
    wrong; a field the schema does not have is refused as well.
    """
    given: dict[str, object] = {}
    for name in values:
        if name in MACHINERY:
            continue
        several = [text for text in values.getlist(name) if text.strip()]
        if name in lists:
            given[name] = several
        elif several:
            given[name] = several[0].replace("\r\n", "\n")
    try:
        return model.model_validate(given | fixed)
    except ValidationError as error:
        raise Invalid([_fault(one) for one in error.errors()]) from None


def in_words(faults: Iterable[Fault], known: Mapping[str, str]) -> list[Fault]:
    """What features complain of, as the page says it: the text of the first beginning in `known`, or as it was."""

    def said(message: str) -> str:
        return next((text for start, text in known.items() if message.startswith(start)), message)

    return [replace(one, message=said(one.message)) for one in faults]


def text_of(name: str) -> str:
    """What was typed into a field of the posted form. Browsers send two characters for the end of a line, count one."""
    return request.form.get(name, "").replace("\r\n", "\n")


def faults_by_field(faults: Iterable[Fault]) -> dict[str, str]:
    """Field to message, for the templates; several messages of one field in one line. "" holds what names no field."""
    found: dict[str, str] = {}
    for fault in faults:
        found[fault.field] = f"{found[fault.field]} {fault.message}" if fault.field in found else fault.message
    return found


def _fault(error: Any) -> Fault:
    kind = error["type"]
    raw = error["input"]
    blank = kind == "missing" or (kind in ("string_too_short", "too_short") and not raw)
    if blank:
        message = _("请填写这一项。")
    elif language() == "zh":
        message = in_chinese(error, on_page=True)
    else:
        message = in_english(error)
    return Fault(field_of(error), message, str(raw)[:80])
