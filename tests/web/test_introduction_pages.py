"""The pages of an introduction: who sees whose contact details and when, the answer, the talk, and its end."""

from collections.abc import Sequence
from typing import Any

import pytest
from werkzeug.test import TestResponse

from matchmaker.accounts.models import Person
from matchmaker.audit import queries as audit
from matchmaker.core.unit import reading
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction
from matchmaker.mail import queries as mail
from matchmaker.notifications import queries as notices
from tests.web.town import Town, readable

HOSTILE = "\"><script>alert('对接')</script>"
OFFER, NEED = "七十兆帕高压氢气减压阀", "求购七十兆帕氢气减压阀"
STAFF = ("organiser", "officer", "auditor")
# Every page on which either side may meet the other before they agreed.
PAGES = (
    "/my/introductions",
    "/my/introductions/{introduction}",
    "/my/notices",
    "/my/matches",
    "/listings/{offer}",
    "/listings/{need}",
    "/listings/{offer}/contact",
    "/listings/{need}/contact",
)


def address(town: Town, verb: str = "") -> str:
    return f"/my/introductions/{town.ids['introduction']}" + (f"/{verb}" if verb else "")


def page(town: Town, who: str) -> str:
    answer = town.client(who).get(address(town))
    assert answer.status_code == 200
    return readable(answer.text)


def send(town: Town, who: str, verb: str, **form: Any) -> TestResponse:
    """Press a button on the page, and read what comes of it."""
    return town.client(who).post(address(town, verb), data=form, follow_redirects=True)


def agree(town: Town, who: str = "member") -> None:
    assert send(town, who, "answer", answer="yes").status_code == 200


def contacts_of(town: Town, who: str) -> tuple[str, str, str]:
    with reading(town.parts.sessions) as session:
        person = session.get_one(Person, town.people[who])
        return person.name, person.email, str(person.phone)


def leaked(text: str, contacts: Sequence[str]) -> list[str]:
    return [one for one in contacts if one in text]


def row_of(town: Town) -> Introduction:
    with reading(town.parts.sessions) as session:
        number = town.ids["introduction"]
        found = queries.introduction(session, town.actor("member"), introduction_id=number)
        # Read before the session goes: the talk is loaded when it is looked at.
        list(found.messages)
        session.expunge_all()
    return found


def told(town: Town, who: str) -> list[str]:
    """The notices of this person, newest first, as the page shows them."""
    with reading(town.parts.sessions) as session:
        return [row.text for row in notices.inbox(session, town.actor(who))[0]]


def letters(town: Town, who: str) -> list[str]:
    """The letters to this person, newest first: subject and text."""
    with reading(town.parts.sessions) as session:
        rows = mail.newest(session)
        return [f"{row.subject}\n{row.body}" for row in rows if row.address == f"{who}@demo.example"]


def state_of(town: Town) -> tuple[object, ...]:
    """Everything an answer, a message or an end would change."""
    row = row_of(town)
    people = ("member", "colleague", "stranger")
    news = [len(told(town, who)) + len(letters(town, who)) for who in people]
    return row.state, row.reasons, row.answer_note, row.message, row.updated_at, len(row.messages), news


@pytest.mark.parametrize(("who", "other"), [("member", "stranger"), ("colleague", "stranger"), ("stranger", "member")])
def test_before_both_agreed_no_page_tells_how_to_reach_the_other_side(town: Town, who: str, other: str) -> None:
    client = town.client(who)
    own = "need" if who == "stranger" else "offer"
    for pattern in (*PAGES, f"/my/matches/{{{own}}}"):
        answer = client.get(pattern.format(**town.ids))
        assert answer.status_code == 200, pattern
        assert leaked(answer.text, contacts_of(town, other)) == [], pattern
    assert leaked("\n".join(letters(town, who)), contacts_of(town, other)) == []


def test_a_request_waits_for_the_asked_side_and_says_what_a_yes_means(town: Town) -> None:
    assert "等您答复" in readable(town.client("member").get("/my/introductions").text)
    theirs = readable(town.client("stranger").get("/my/introductions").text)
    assert "等待答复" in theirs and "等您答复" not in theirs
    asked = page(town, "member")
    assert "想谈谈。" in asked and "同意后，双方负责人的姓名、邮箱和电话互相可见。" in asked
    asking = page(town, "stranger")
    assert "同意对接" not in asking and "撤回请求" in asking


def test_a_yes_shows_both_sides_whom_to_call(own_town: Town) -> None:
    done = send(own_town, "member", "answer", answer="yes")
    assert "已同意，双方的联系方式现在互相可见。" in readable(done.text)
    for who, other in (("member", "stranger"), ("colleague", "stranger"), ("stranger", "member")):
        assert leaked(page(own_town, who), contacts_of(own_town, other)) == list(contacts_of(own_town, other))
    # A colleague who neither asked nor answered nor owns the organisation stays out of it.
    assert leaked(page(own_town, "stranger"), contacts_of(own_town, "colleague")) == []
    assert row_of(own_town).state == "accepted"


def test_a_yes_is_told_to_both_sides_at_once(own_town: Town) -> None:
    agree(own_town)
    for who, said in (
        ("stranger", f"“{OFFER}”同意对接，联系方式已互相公开"),
        ("member", f"您同意了与“{NEED}”的对接，联系方式已互相公开"),
    ):
        assert said in readable(own_town.client(who).get("/my/notices").text)
        letter = letters(own_town, who)[0]
        assert letter.startswith(said) and address(own_town) in letter


def test_whoever_answered_is_named_beside_the_owner_and_nobody_else_is(own_town: Town) -> None:
    agree(own_town, "colleague")
    seen = page(own_town, "stranger")
    for who in ("colleague", "member"):
        assert leaked(seen, contacts_of(own_town, who)) == list(contacts_of(own_town, who))
    assert seen.index("李同事") < seen.index("梁业主"), "who answered comes first"


def test_who_leaves_the_platform_is_no_contact_any_more(own_town: Town) -> None:
    agree(own_town, "colleague")
    gone = contacts_of(own_town, "colleague")
    own_town.client("colleague").post("/my/data/leave", data={"sure": "true"})
    seen = page(own_town, "stranger")
    assert leaked(seen, gone) == [] and "梁业主" in seen


def test_a_no_tells_the_reasons_and_the_note_and_shows_no_contacts(own_town: Town) -> None:
    done = send(own_town, "member", "answer", answer="no", reasons=["price", "distance"], note=" 明年再说 ")
    assert "已婉拒，理由已转达对方。" in readable(done.text)
    row = row_of(own_town)
    assert (row.state, row.reasons, row.answer_note) == ("declined", ["price", "distance"], "明年再说")
    seen = page(own_town, "stranger")
    assert all(words in seen for words in ("已婉拒", "价格不合适", "距离太远", "明年再说"))
    assert leaked(seen, contacts_of(own_town, "member")) == []
    assert leaked(page(own_town, "member"), contacts_of(own_town, "stranger")) == []
    said = f"“{OFFER}”婉拒了对接：价格不合适、距离太远"
    assert said in readable(own_town.client("stranger").get("/my/notices").text)
    letter = letters(own_town, "stranger")[0]
    assert letter.startswith(said) and leaked(letter, contacts_of(own_town, "member")) == []


def test_after_a_no_neither_inbox_suggests_the_other(own_town: Town) -> None:
    send(own_town, "member", "answer", answer="no", reasons=["price"])
    for who, own, other in (("member", "offer", NEED), ("stranger", "need", OFFER)):
        inbox = readable(own_town.client(who).get(f"/my/matches/{own_town.ids[own]}").text)
        assert other not in inbox and "已略去婉拒过的 1 条" in inbox


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"answer": "no", "note": "以后吧"}, "请至少选择一个理由。"),
        ({"answer": "no", "reasons": [HOSTILE], "note": "以后吧"}, "请从列出的理由里选择。"),
        ({"answer": "no", "reasons": ["price"], "note": "字" * 501}, "太长了，请精简。"),
        ({"note": "以后吧"}, "请至少选择一个理由。"),
    ],
)
def test_a_no_that_is_not_right_is_refused_and_keeps_the_note(own_town: Town, form: dict[str, str], said: str) -> None:
    before = state_of(own_town)
    answer = send(own_town, "member", "answer", **form)
    assert answer.status_code == 400
    assert said in readable(answer.text) and form["note"] in answer.text
    assert HOSTILE not in answer.text
    assert state_of(own_town) == before


def test_an_answer_is_given_once_and_by_the_asked_side(own_town: Town) -> None:
    before = state_of(own_town)
    send(own_town, "stranger", "answer", answer="yes")
    assert state_of(own_town) == before
    agree(own_town)
    before = state_of(own_town)
    again = send(own_town, "colleague", "answer", answer="no", reasons=["price"])
    assert "这个请求已经答复或撤回。" in readable(again.text)
    assert state_of(own_town) == before


def test_both_sides_write_and_read_in_order(own_town: Town) -> None:
    agree(own_town)
    send(own_town, "stranger", "write", text="  周二来看样，可以吗？ ")
    send(own_town, "member", "write", text="可以。\n地址在丹灶。")
    assert [(one.author, one.text) for one in row_of(own_town).messages] == [
        ("陈外人", "周二来看样，可以吗？"),
        ("梁业主", "可以。\n地址在丹灶。"),
    ]
    for who in ("member", "stranger"):
        seen = page(own_town, who)
        assert seen.index("周二来看样，可以吗？") < seen.index("地址在丹灶。")


def test_a_message_is_told_to_the_other_side_with_its_beginning(own_town: Town) -> None:
    agree(own_town)
    before = told(own_town, "stranger")
    text = "周二上午九点来丹灶看样，请带上身份证，到了门口打电话，我们安排人接，午饭后回去。"
    send(own_town, "stranger", "write", text=text * 2)
    said = f"陈外人 就“{OFFER}”留言：{text[:20]}"
    for who in ("member", "colleague"):
        letter = letters(own_town, who)[0]
        assert said in readable(own_town.client(who).get("/my/notices").text) and said in letter
        assert text * 2 not in letter and address(own_town) in letter
    assert told(own_town, "stranger") == before, "nobody is told of what they wrote themselves"


@pytest.mark.parametrize(
    ("text", "said"), [("", "请先写点什么。"), (" \r\n\t", "请先写点什么。"), ("字" * 2001, "太长了，请精简。")]
)
def test_an_empty_or_too_long_message_is_refused_and_kept_for_mending(own_town: Town, text: str, said: str) -> None:
    agree(own_town)
    before = state_of(own_town)
    answer = send(own_town, "stranger", "write", text=text)
    assert answer.status_code == 400
    assert said in readable(answer.text) and 'href="#text"' in answer.text
    assert text.strip() in answer.text
    assert state_of(own_town) == before


def test_a_message_of_just_the_longest_length_is_sent(own_town: Town) -> None:
    agree(own_town)
    send(own_town, "stranger", "write", text="字" * 2000)
    assert row_of(own_town).messages[0].text == "字" * 2000


def test_nobody_writes_before_both_agreed(own_town: Town) -> None:
    before = state_of(own_town)
    for who in ("member", "stranger"):
        answer = send(own_town, who, "write", text="先加个电话：13900000000")
        assert "双方同意对接后才能留言。" in readable(answer.text)
    assert state_of(own_town) == before
    assert "13900000000" not in page(own_town, "member")


def test_a_request_can_be_withdrawn_by_who_asked_and_then_not_be_answered(own_town: Town) -> None:
    before = state_of(own_town)
    assert "它已经结束，或在等您答复" in readable(send(own_town, "member", "end").text)
    assert state_of(own_town) == before
    send(own_town, "stranger", "end")
    assert "已撤回" in page(own_town, "member")
    assert letters(own_town, "member")[0].startswith(f"对方撤回了关于“{OFFER}”的对接请求")
    assert "这个请求已经答复或撤回。" in readable(send(own_town, "member", "answer", answer="yes").text)
    assert row_of(own_town).state == "withdrawn"
    assert leaked(page(own_town, "member"), contacts_of(own_town, "stranger")) == []


def test_a_withdrawn_request_can_be_made_again(own_town: Town) -> None:
    send(own_town, "stranger", "end")
    again = f"/my/matches/{own_town.ids['need']}/{own_town.ids['offer']}/ask"
    answer = own_town.client("stranger").post(again, data={"message": "还是想谈"})
    assert answer.location == address(own_town)
    row = row_of(own_town)
    assert (row.state, row.message) == ("asked", "还是想谈")
    assert told(own_town, "member").count("introduction.asked") == 2


@pytest.mark.parametrize(("who", "other"), [("member", "stranger"), ("stranger", "member")])
def test_either_side_ends_the_talk_which_stays_readable(own_town: Town, who: str, other: str) -> None:
    agree(own_town)
    send(own_town, "stranger", "write", text="合同已签，谢谢。")
    assert "已结束。" in readable(send(own_town, who, "end").text)
    title = NEED if other == "stranger" else OFFER
    assert letters(own_town, other)[0].startswith(f"关于“{title}”的对接已结束")
    seen = page(own_town, other)
    assert "合同已签，谢谢。" in seen and "写给对方" not in seen
    assert leaked(seen, contacts_of(own_town, who)) == list(contacts_of(own_town, who))
    before = state_of(own_town)
    assert "双方同意对接后才能留言。" in readable(send(own_town, other, "write", text="还有一句").text)
    assert "它已经结束" in readable(send(own_town, other, "end").text)
    assert state_of(own_town) == before


def test_each_step_stands_in_the_audit_log(own_town: Town) -> None:
    agree(own_town)
    send(own_town, "stranger", "write", text="周二见")
    send(own_town, "stranger", "end")
    with reading(own_town.parts.sessions) as session:
        subject = f"introduction:{own_town.ids['introduction']}"
        rows = audit.page(session, subject=subject, page=1, per_page=10)[0]
        steps = [(row.actor, row.action, row.detail.get("state")) for row in reversed(rows)]
    assert steps == [
        ("陈外人", "introduction.state", [None, "asked"]),
        ("梁业主", "introduction.state", ["asked", "accepted"]),
        ("陈外人", "introduction.message", None),
        ("陈外人", "introduction.state", ["accepted", "closed"]),
    ]


def test_the_staff_follows_the_talk_without_contacts_and_without_buttons(own_town: Town) -> None:
    assert "想谈谈。" in page(own_town, "officer") and "您的答复" not in page(own_town, "officer")
    agree(own_town)
    send(own_town, "stranger", "write", text="周二来看样")
    reach = [one for who in ("member", "stranger") for one in contacts_of(own_town, who)[1:]]
    for who in STAFF:
        client = own_town.client(who)
        overview, one = client.get("/office/introductions").text, client.get(address(own_town)).text
        assert all(words in overview for words in (OFFER, NEED, "已同意对接"))
        assert "周二来看样" in one
        assert not any(button in one for button in ("写给对方", "结束对接", "撤回请求"))
        assert leaked(overview + one, reach) == []


def test_others_learn_of_nothing(own_town: Town) -> None:
    agree(own_town)
    for who in ("newcomer", "administrator"):
        mine = readable(own_town.client(who).get("/my/introductions").text)
        assert "还没有对接" in mine and OFFER not in mine and NEED not in mine
        refused = own_town.client(who).get(address(own_town))
        assert refused.status_code == 404 and OFFER not in refused.text


def test_hostile_words_are_only_words_wherever_they_are_read(own_town: Town) -> None:
    send(own_town, "stranger", "end")
    again = f"/my/matches/{own_town.ids['need']}/{own_town.ids['offer']}/ask"
    own_town.client("stranger").post(again, data={"message": f"请求{HOSTILE}"})
    send(own_town, "member", "answer", answer="no", reasons=["other"], note=f"理由{HOSTILE}")
    declined = [own_town.client(who).get(address(own_town)).text for who in ("member", "stranger", "officer")]
    own_town.client("stranger").post(again, data={"message": "再请求"})
    agree(own_town)
    send(own_town, "stranger", "write", text=f"留言{HOSTILE}")
    talking = [own_town.client(who).get(address(own_town)).text for who in ("member", "stranger", "officer")]
    talking.append(own_town.client("member").get("/my/notices").text)
    assert all("<script>alert" not in one for one in declined + talking)
    assert all(f"请求{HOSTILE}" in readable(one) and f"理由{HOSTILE}" in readable(one) for one in declined)
    assert all(f"留言{HOSTILE}" in readable(one) for one in talking)


def test_asking_twice_for_the_same_pair_changes_nothing(own_town: Town) -> None:
    before = state_of(own_town)
    again = f"/my/matches/{own_town.ids['need']}/{own_town.ids['offer']}/ask"
    for _ in range(2):
        answer = own_town.client("stranger").post(again, data={"message": "催一下"}, follow_redirects=True)
        assert "这一对已经在对接" in readable(answer.text)
    assert state_of(own_town) == before
    agree(own_town)
    before = state_of(own_town)
    own_town.client("stranger").post(again, data={"message": "催一下"})
    assert state_of(own_town) == before


def test_asking_back_is_a_yes(own_town: Town) -> None:
    back = f"/my/matches/{own_town.ids['offer']}/{own_town.ids['need']}/ask"
    answer = own_town.client("member").post(back, data={"message": ""}, follow_redirects=True)
    assert "双方都有意向，联系方式已公开。" in readable(answer.text)
    with reading(own_town.parts.sessions) as session:
        assert len(queries.introductions_of(session, own_town.actor("member"))) == 1
    for who, other in (("member", "stranger"), ("stranger", "member")):
        assert leaked(page(own_town, who), contacts_of(own_town, other)) == list(contacts_of(own_town, other))
    assert told(own_town, "stranger")[0] == "introduction.accepted"
    assert told(own_town, "member")[0] == "introduction.agreed"
