"""Stepping back: the page shows which meetings fall away, and asks; then a repair can fill the gaps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from matchmaker.core.errors import Conflict, Invalid
from matchmaker.core.unit import reading, unit
from matchmaker.meetings import leaving
from matchmaker.registry import assistance
from matchmaker.web.events.door import Page
from matchmaker.web.events.wording import conflict_text, in_plain_words
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor


@dataclass(frozen=True)
class Step:
    """A step back as a page offers it: what it is called, where it leads, and what is told to those helped.

    `fell` gives the meetings that would fall away, `verb` does it and returns how many fell.
    """

    title: str
    who: str
    done: str
    back: str
    verb: Callable[[Any, str], int]
    fell: Callable[[Any], Sequence[Any]]
    event_id: int
    office: bool
    what: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def step_back(step: Step) -> Page:
    """Do it when the posted form says that the meetings were seen; ask otherwise."""
    try:
        with unit(parts().sessions) as session:
            many = step.verb(session, request.form.get("seen", ""))
            if step.what:
                assistance.tell_acted(session, actor(), what=step.what, base=parts().config.public_url)
    except leaving.Unseen:
        return _ask(step)
    except Conflict as error:
        flash(conflict_text(error), "bad")
    except Invalid as error:
        flash(" ".join(fault.message for fault in in_plain_words(error.faults)), "bad")
    else:
        flash(step.done, "good")
        if many:
            return _after(step, many)
    return redirect(step.back, 303)  # type: ignore[return-value]


def _after(step: Step, many: int) -> Page:
    """The organiser is led to where the gaps are filled."""
    if not step.office:
        flash(_("%(num)s 场洽谈已取消，对方会收到通知。", num=many))
        return redirect(step.back, 303)  # type: ignore[return-value]
    flash(_("%(num)s 场洽谈落空，对方会收到通知。在这里可以给他们补排别的对象。", num=many), "warn")
    return redirect(url_for("events.timetable_repair", event_id=step.event_id), 303)  # type: ignore[return-value]


def _ask(step: Step) -> Page:
    with reading(parts().sessions) as session:
        meetings = step.fell(session)
        page = render_template(
            "events/leaving.html", step=step, meetings=meetings, seen=leaving.digest_of(meetings), action=request.path
        )
    return page, 409
