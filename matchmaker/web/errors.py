"""One table from what features refuse to what HTTP says, and one page for all of it."""

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from matchmaker.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from matchmaker.web.language import _
from matchmaker.web.refusals import remember

STATUS: dict[type[DomainError], int] = {
    Invalid: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
RETRY_AFTER_S = {429: 60, 503: 10}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """What went wrong, in words for somebody who did nothing wrong, and what to do now."""

    title: str
    advice: str


def register(app: Flask) -> None:
    """Answer every error with the site's own page, or with JSON where a machine asked."""
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def refusal(error: DomainError) -> tuple[str | Response, int, dict[str, str]]:
    """What a feature refused, as a page; where it matters it is put on record."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    remember(error)
    return _answer(status, [fault.message for fault in error.faults] if isinstance(error, Invalid) else [])


def _http(error: HTTPException) -> Response | tuple[str | Response, int, dict[str, str]]:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    body, status, headers = _answer(error.code or 500, [])
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return body, status, headers | allowed


def _unforeseen(error: Exception) -> tuple[str | Response, int, dict[str, str]]:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _answer(500, [])


def _answer(status: int, details: list[str]) -> tuple[str | Response, int, dict[str, str]]:
    headers = {"Retry-After": str(RETRY_AFTER_S[status])} if status in RETRY_AFTER_S else {}
    trouble = _trouble(status)
    if request.path == "/health":
        return jsonify(status="failed", code=status, message=trouble.title), status, headers
    return render_template("errors/page.html", code=status, trouble=trouble, details=details), status, headers


def _trouble(status: int) -> Trouble:
    known = {
        400: Trouble(
            _("这个请求看不懂"), _("地址或表单里有无效的内容。请返回上一页检查后重试；如页面已打开很久，请刷新。")
        ),
        403: Trouble(_("没有权限"), _("您不能查看或更改这项内容。如认为有误，请联系平台管理员。")),
        404: Trouble(_("没有找到这个页面"), _("它可能已经关闭、不再公开，或者地址有误。")),
        405: Trouble(_("不支持这种操作"), _("请从页面上的按钮和链接进入。")),
        409: Trouble(_("内容已经变了"), _("别人刚刚改动过同一项内容，请刷新后重试。")),
        413: Trouble(_("内容太大"), _("提交的内容超过了上限，请删减后重试。")),
        429: Trouble(_("操作太频繁"), _("请稍等一分钟再试。")),
        503: Trouble(_("暂时不能提供服务"), _("匹配模型正在载入或暂不可用，请稍后刷新。")),
    }
    return known.get(status) or Trouble(_("系统出了点问题"), _("错误已经记录。请稍后重试，或先返回首页。"))
