"""The versions of the policy: what each says and assumes, and what changed from one to the next."""

from difflib import unified_diff
from typing import Any

from flask import flash, redirect, render_template, url_for

from matchmaker.core.actor import Role
from matchmaker.core.errors import Fault, Invalid
from matchmaker.core.unit import reading
from matchmaker.subsidies import policies, windows
from matchmaker.web.forms import text_of
from matchmaker.web.language import _
from matchmaker.web.parts import parts
from matchmaker.web.session import actor, needs_role
from matchmaker.web.subsidies.door import READERS, Page, Refused, attempt, blueprint, values
from matchmaker.web.uploads import read_upload

# Lines around a difference.
AROUND = 2


@blueprint.get("/office/policies", endpoint="policies")
@needs_role(*READERS)
def all_policies() -> Page:
    """All versions, and the form that loads another one."""
    return _page(None)


@blueprint.post("/office/policies")
@needs_role(Role.OFFICER)
def load_policy() -> Page:
    """Load a version from a file or from what was pasted; it is never changed afterwards."""
    made: list[int] = []

    def work(session: Any) -> None:
        made.append(policies.load_version(session, actor(), text=_text()).id)

    refused = attempt("policy:new", "subsidy.load_policy", work)
    if refused:
        return _page(refused)
    flash(_("已载入这个版本。它只对之后开设的轮次生效，已作的决定不变。"), "good")
    return redirect(url_for("subsidies.policy", policy_row_id=made[0]), 303)  # type: ignore[return-value]


@blueprint.get("/office/policies/<int:policy_row_id>")
@needs_role(*READERS)
def policy(policy_row_id: int) -> Page:
    """One version in words, in full, and against the one before."""
    with reading(parts().sessions) as session:
        row = policies.version(session, row_id=policy_row_id)
        before = _before(policies.versions(session), row)
        return render_template(
            "subsidies/policy.html",
            row=row,
            policy=policies.policy_of(row),
            before=before,
            changed=_difference(before.text, row.text) if before else [],
        )


def _text() -> str:
    """The file when one was chosen, else what was pasted. Invalid names the field when neither is there or readable."""
    found = read_upload("file")
    if found is None:
        text = text_of("text")
        if not text.strip():
            raise Invalid([Fault("text", _("请选择文件，或粘贴政策全文。"))])
        return text
    try:
        return found[1].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Fault("file", _("文件不是 UTF-8 编码的文本。"), found[0])]) from None


def _before(rows: Any, row: Any) -> Any | None:
    """The version of the same policy that was loaded last before this one."""
    older = [one for one in rows if one.policy_id == row.policy_id and one.id < row.id]
    return max(older, key=lambda one: one.id, default=None)


def _difference(before: str, now: str) -> list[str]:
    """Changed lines with those around them, each with its mark in front."""
    lines = unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=AROUND)
    return [line for line in lines if not line.startswith(("---", "+++"))]


def _page(refused: Refused | None) -> Page:
    with reading(parts().sessions) as session:
        versions = policies.versions(session)
        page = render_template(
            "subsidies/policies.html",
            versions=versions,
            read={row.id: policies.policy_of(row) for row in versions},
            windows=windows.windows(session),
            refused=refused,
            values=values() if refused else {},
            faults=refused.faults if refused else {},
        )
    return (page, refused.status) if refused else page
