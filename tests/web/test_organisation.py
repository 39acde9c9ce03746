"""An organisation's own pages: registered by its code, verified with its licence, mended, and shared by its people."""

import re
from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from matchmaker.core.unit import reading
from matchmaker.files import queries as files
from matchmaker.mail.models import OutgoingMail
from matchmaker.notifications import queries as notices
from matchmaker.notifications import texts
from matchmaker.registry import queries as registry
from matchmaker.registry.queries import Dossier
from tests.factories import USCCS
from tests.web.town import PASSWORD, PDF, Town

# GB 32100 check characters and GB 11714 organisation digits worked out by hand; the second code's digit is off by one.
CODE, ODD_CODE = "91440605MA0000015R", "91440605MA0000016W"
LETTER_CODES = ("A1440605MA0000015Q", "N2440605MA00000159", "Y1440605MA00000154")
NEW = {"uscc": CODE, "name": "佛山市南海区新起阀门有限公司", "kind": "enterprise", "town": "440605123"}
OWN = {"uscc": USCCS[0], "name": "佛山市南海区试样阀门有限公司", "kind": "enterprise", "town": "440605123"}
HOSTILE = "<script>alert(1)</script>"


def faults(answer: TestResponse) -> dict[str, str]:
    """What a refusal names: field to message, as the list on top of the form says it."""
    return dict(re.findall(r'<li><a href="#(\w+)">([^<]*)</a></li>', answer.text))


def paper(content: bytes = PDF, name: str = "执照.pdf") -> dict[str, object]:
    return {"licence": (BytesIO(content), name)}


def registered(client: FlaskClient, **over: object) -> int:
    """The number of the organisation that this form registers."""
    answer = client.post("/my/organisations/new", data=NEW | over)
    assert answer.status_code == 303
    return int(answer.location.rsplit("/", 1)[1])


def dossier(town: Town, number: int) -> Dossier:
    with reading(town.parts.sessions) as session:
        found = registry.dossier(session, town.actor("auditor"), organisation_id=number)
        session.expunge_all()
        return found


def names_registered(town: Town, who: str) -> list[str]:
    with reading(town.parts.sessions) as session:
        return [row.name for row in registry.own_organisations(session, town.actor(who))]


def members(town: Town, number: int) -> dict[str, str]:
    """Name to rank of everybody who is in the organisation now."""
    return {row.person.name: row.rank.value for row in dossier(town, number).people}


def told(town: Town, who: str) -> list[str]:
    with reading(town.parts.sessions) as session:
        rows, _total, _number = notices.inbox(session, town.actor(who))
        return [texts.write(row.text, row.details, "zh") for row in rows]


def letters(town: Town) -> list[OutgoingMail]:
    with reading(town.parts.sessions) as session:
        rows = list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))
        session.expunge_all()
        return rows


def waiting(town: Town) -> int:
    with reading(town.parts.sessions) as session:
        return registry.waiting_organisations(session)


def test_registering_makes_its_owner_and_waits_for_the_office(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client, uscc=" 91440605-MA000001 5r ", intro="做阀门的。")
    page = client.get(f"/my/organisations/{number}").text
    assert CODE in page and NEW["name"] in page and "已登记。核验通过后，其他单位才能看到。" in page
    assert members(own_town, number) == {"周新来": "owner"}
    assert dossier(own_town, number).organisation.standing == "pending"
    assert waiting(own_town) == 0, "without a licence nothing is handed in"


def test_codes_that_begin_with_a_letter_are_real(own_town: Town) -> None:
    client = own_town.client("newcomer")
    for code in LETTER_CODES:
        assert dossier(own_town, registered(client, uscc=code)).organisation.uscc == code


def test_a_wrong_check_character_is_named_and_what_was_typed_stays(own_town: Town) -> None:
    titles = {"title": "srdi", "certificate_no": "GD-7", "valid_from": "", "valid_to": "2099-01-01"}
    typed = NEW | titles | {"uscc": f"{CODE[:17]}T", "intro": "做阀门的。", "chain_nodes": "HYD-09"}
    answer = own_town.client("newcomer").post("/my/organisations/new", data=typed)
    assert (answer.status_code, list(faults(answer))) == (400, ["uscc"])
    assert "末位是 T，按前 17 位应为 R" in faults(answer)["uscc"]
    kept = ('value="91440605MA0000015T"', "做阀门的。", 'value="HYD-09" checked', 'value="GD-7"', NEW["name"])
    assert [text for text in kept if text not in answer.text] == []
    assert names_registered(own_town, "newcomer") == []


WRONG: list[tuple[str, str | list[str], str]] = [
    ("uscc", "", "请填写"),
    ("uscc", CODE[:17], "这里是 17 位"),
    ("uscc", CODE.replace("M", "O"), "不使用字母 I、O、S、V、Z"),
    ("uscc", f"Z1{CODE[2:]}", "不会有 Z"),
    ("name", "　 ", "请填写"),
    ("name", "佛" * 121, "最多 120 个字"),
    ("kind", "bank", "不在允许的取值里"),
    ("town", "440605999", "请从七个镇街里选"),
    ("chain_nodes", ["HYD-99"], "没有“HYD-99”这个产业链环节"),
    ("chain_nodes", [f"HYD-{number:02d}" for number in range(1, 14)], "最多填 12 项"),
    ("intro", "阀" * 2001, "最多 2000 个字"),
    ("standing", "verified", "没有这个字段"),
]


def test_a_refusal_names_the_field_and_registers_nothing(own_town: Town) -> None:
    client = own_town.client("newcomer")
    for field, value, said in WRONG:
        answer = client.post("/my/organisations/new", data=NEW | {field: value})
        assert (answer.status_code, list(faults(answer))) == (400, [field]), value
        assert said in faults(answer)[field]
    assert names_registered(own_town, "newcomer") == []


def test_an_odd_organisation_digit_is_a_warning_only(own_town: Town) -> None:
    client = own_town.client("newcomer")
    for code, warned in ((ODD_CODE, True), (CODE, False)):
        number = registered(client, uscc=code)
        at_once, later = (client.get(f"/my/organisations/{number}").text for _ in range(2))
        assert ("请再核对一次；代码无误可以忽略" in at_once, "校验位不常见" in later) == (warned, warned)
        assert dossier(own_town, number).organisation.uscc == code


def test_a_known_code_is_refused_without_saying_whose_it_is(own_town: Town) -> None:
    answer = own_town.client("newcomer").post("/my/organisations/new", data=NEW | {"uscc": USCCS[0].lower()})
    assert (answer.status_code, list(faults(answer))) == (400, ["uscc"])
    assert "这个代码已经登记。请联系该单位的负责人邀请您加入" in faults(answer)["uscc"]
    assert "试样阀门" not in answer.text and "梁业主" not in answer.text
    assert members(own_town, own_town.ids["organisation"]) == {"梁业主": "owner", "李同事": "member"}


def test_a_name_that_is_markup_is_shown_as_text(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client, name=f"{HOSTILE}公司", intro=HOSTILE)
    for address in (f"/my/organisations/{number}", f"/my/organisations/{number}/edit", "/my/organisations"):
        page = client.get(address).text
        assert HOSTILE not in page and "&lt;script&gt;alert(1)&lt;/script&gt;公司" in page, address


def test_a_registration_with_its_licence_is_handed_in_at_once(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client, **paper(name="../营业执照.pdf"))
    assert waiting(own_town) == 1
    assert f"{NEW['name']}提交了登记，等待核验" in told(own_town, "officer")
    assert NEW["name"] in own_town.client("officer").get("/office/organisations").text
    with client.get(f"/my/organisations/{number}/licence") as answer:
        assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
        assert answer.headers["Content-Disposition"].startswith("attachment")


WRONG_PAPERS = [
    (b"", "执照.pdf"),
    (b"MZ\x90\x00 not a paper", "执照.pdf"),
    (b"<html><script>alert(1)</script></html>", "执照.pdf"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "执照.png"),
    (b"plain text", "执照.txt"),
]


def test_a_licence_of_the_wrong_kind_is_refused_and_not_kept(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client)
    for content, name in WRONG_PAPERS:
        answer = client.post(f"/my/organisations/{number}/licence", data=paper(content, name))
        assert (answer.status_code, list(faults(answer))) == (400, ["licence"]), content
        found = dossier(own_town, number)
        assert (found.licence, found.is_handed_in, waiting(own_town)) == (None, False, 0)


def test_a_missing_or_too_large_licence_is_refused_in_words(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client)
    address = f"/my/organisations/{number}"
    assert "请先选择文件" in faults(client.post(f"{address}/licence", data=paper(b"", "")))["licence"]
    large = FileStorage(BytesIO(PDF + b"0" * 10 * 1024 * 1024), "执照.pdf")
    # In memory: the test client would leave its own temporary file open.
    body, _length, boundary = stream_encode_multipart({"licence": large}, use_tempfile=False)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post(f"{address}/licence", input_stream=body, content_type=kind)
    assert answer.status_code == 400 and "超过 10 MB" in faults(answer)["licence"]
    assert "请先上传营业执照" in faults(client.post(f"{address}/submit"))["licence"]
    assert dossier(own_town, number).licence is None and waiting(own_town) == 0


def test_a_wrong_licence_does_not_lose_the_registration(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client, **paper(b"MZ\x90\x00", "执照.exe"))
    assert names_registered(own_town, "newcomer") == [NEW["name"]]
    assert client.post(f"/my/organisations/{number}/licence", data=paper()).status_code == 303
    assert waiting(own_town) == 1


def test_what_came_back_is_mended_handed_in_again_and_verified(own_town: Town) -> None:
    client, officer = own_town.client("newcomer"), own_town.client("officer")
    number = registered(client, **paper())
    own, office = f"/my/organisations/{number}", f"/office/organisations/{number}"
    reason = "名称与执照不一致，请改成全称"
    assert officer.post(office, data={"standing": "returned"}).status_code == 400
    officer.post(office, data={"standing": "returned", "reason": reason})
    page = client.get(own).text
    assert "退回补充" in page and reason in page
    assert f"{NEW['name']}的登记被退回：{reason}" in told(own_town, "newcomer")
    mended = "佛山市南海区新起高压阀门有限公司"
    assert client.post(f"{own}/edit", data=NEW | {"name": mended}).status_code == 303
    assert client.post(f"{own}/submit").status_code == 303
    assert client.post(f"{own}/submit").status_code == 409, "handed in once is enough"
    assert waiting(own_town) == 1
    officer.post(office, data={"standing": "verified"})
    steps = [(row.standing.value, row.by) for row in reversed(dossier(own_town, number).reviews)]
    turn = ("pending", "周新来")
    assert steps == [turn, ("returned", "谭专员"), turn, ("verified", "谭专员")]
    assert f"{mended}已通过核验，可以发布供需" in told(own_town, "newcomer")
    assert reason not in client.get(own).text.split("核验记录")[0]


def test_another_licence_takes_the_place_of_the_first_and_hands_in_again(own_town: Town) -> None:
    client = own_town.client("newcomer")
    number = registered(client, **paper(name="旧执照.pdf"))
    decision = {"standing": "returned", "reason": "执照已过期"}
    own_town.client("officer").post(f"/office/organisations/{number}", data=decision)
    client.post(f"/my/organisations/{number}/licence", data=paper(PDF + b"%new", "新执照.pdf"))
    page = client.get(f"/my/organisations/{number}").text
    assert "新执照.pdf" in page and "旧执照.pdf" not in page
    assert dossier(own_town, number).is_handed_in
    with reading(own_town.parts.sessions) as session:
        kept = files.of_subject(session, subject=f"organisation:{number}", purpose="licence")
        assert [row.name for row in kept] == ["新执照.pdf"]


TITLES = {
    "title": ["high_tech", "srdi", ""],
    "certificate_no": ["GR202344001234", "", ""],
    "valid_from": ["2023-12-28", "", ""],
    "valid_to": ["2099-12-27", "2020-01-01", ""],
}


def test_titles_keep_certificate_and_validity_and_lapsed_ones_are_not_shown_to_others(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    assert client.post(f"/my/organisations/{number}/edit", data=OWN | TITLES).status_code == 303
    assert "高新技术企业 · GR202344001234 · 至 2099-12-27" in client.get(f"/my/organisations/{number}").text
    form = client.get(f"/my/organisations/{number}/edit").text
    assert [text for text in ("GR202344001234", "2023-12-28", "2020-01-01") if f'value="{text}"' not in form] == []
    public = own_town.client().get(f"/listings/{own_town.ids['offer']}").text
    assert "高新技术企业" in public and "专精特新" not in public


WRONG_TITLES = [
    ({"valid_to": "2023-01-01"}, "截止日期早于起始日期"),
    ({"valid_to": "明年"}, "日期读不懂"),
    ({"title": "best_of_all"}, "不在允许的取值里"),
]


def test_a_wrong_title_is_refused_and_the_others_stay_as_they_were(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    client.post(f"/my/organisations/{number}/edit", data=OWN | TITLES)
    right = {"title": "champion", "certificate_no": "DG-1", "valid_from": "2024-01-01", "valid_to": "2026-01-01"}
    for wrong, said in WRONG_TITLES:
        typed = right | wrong | {"intro": "新简介"}
        answer = client.post(f"/my/organisations/{number}/edit", data=OWN | typed)
        assert (answer.status_code, list(faults(answer))) == (400, ["titles"]), wrong
        assert said in faults(answer)["titles"]
        assert f'value="{typed["certificate_no"]}"' in answer.text and "新简介" in answer.text
        found = dossier(own_town, number).organisation
        assert (sorted(row.title for row in found.titles), found.intro) == (["high_tech", "srdi"], "")


def test_a_verified_organisation_changes_everything_but_code_and_name(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    changed = OWN | {
        "town": "440605011",
        "scale": "large",
        "intro": "做氢阀三十年。",
        "chain_nodes": ["HYD-09", "ALU-09"],
    }
    assert client.post(f"/my/organisations/{number}/edit", data=OWN | changed).status_code == 303
    page = client.get(f"/my/organisations/{number}").text
    assert [text for text in ("桂城街道", "大型", "做氢阀三十年。", "HYD-09", "ALU-09") if text not in page] == []
    assert dossier(own_town, number).organisation.standing == "verified"


def test_code_and_verified_name_stay_and_nothing_else_changes_with_them(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    said = {"uscc": "已登记的代码不能更改", "name": "已核验的名称由平台工作人员更改"}
    for field, value in (("uscc", CODE), ("name", "佛山市南海区别名阀门有限公司")):
        answer = client.post(f"/my/organisations/{number}/edit", data=OWN | {field: value, "intro": "新简介"})
        assert (answer.status_code, list(faults(answer))) == (400, [field])
        assert said[field] in faults(answer)[field] and "新简介" in answer.text
        found = dossier(own_town, number).organisation
        assert (found.uscc, found.name, found.intro) == (OWN["uscc"], OWN["name"], "")


def test_who_is_invited_joins_behind_the_letter_once(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    invited = {"name": "何新人", "email": "He@Demo.example", "rank": "member"}
    for _ in range(2):
        assert client.post(f"/my/organisations/{number}/members", data=invited).status_code == 303
    first, last = letters(own_town)[-2:]
    assert last.address == "he@demo.example" and last.subject == f"邀请您加入{OWN['name']}"
    older, newer = (re.findall(r"http://127.0.0.1:8000(/\S+)", one.body)[0] for one in (first, last))
    assert "何新人" not in members(own_town, number), "an invitation is not a membership"
    guest, chosen = own_town.client(), {"password": PASSWORD, "again": PASSWORD}
    assert OWN["name"] in guest.get(newer).text
    assert guest.post(older, data=chosen).status_code == 404, "a new letter ends the one before"
    assert guest.post(newer, data=chosen | {"again": "other"}).status_code == 400
    assert guest.post(newer, data=chosen).location == "/login"
    assert guest.post(newer, data=chosen).status_code == 404
    assert members(own_town, number)["何新人"] == "member"
    assert f"何新人加入了{OWN['name']}" in told(own_town, "member")


WRONG_GUESTS = [
    ("email", "colleague@demo.example"),
    ("email", "nowhere"),
    ("email", ""),
    ("name", ""),
    ("name", "何" * 61),
    ("rank", "administrator"),
    ("role", "officer"),
]


def test_a_refused_invitation_writes_no_letter(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    before = len(letters(own_town))
    for field, value in WRONG_GUESTS:
        form = {"name": "何新人", "email": "he@demo.example", field: value}
        answer = client.post(f"/my/organisations/{number}/members", data=form)
        assert (answer.status_code, list(faults(answer))) == (400, [field]), value
    assert len(letters(own_town)) == before
    assert members(own_town, number) == {"梁业主": "owner", "李同事": "member"}


def test_the_last_owner_neither_leaves_nor_steps_down(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("member")
    address = f"/my/organisations/{number}/members/{own_town.people['member']}"
    for action in ("leave", "member"):
        answer = client.post(address, data={"action": action})
        assert answer.status_code == 400 and "至少保留一位负责人，请先把别人设为负责人。" in answer.text
    assert members(own_town, number) == {"梁业主": "owner", "李同事": "member"}


def test_an_organisation_is_handed_over(own_town: Town) -> None:
    number, old, new = own_town.ids["organisation"], own_town.client("member"), own_town.client("colleague")
    place = f"/my/organisations/{number}/members/"
    old.post(f"{place}{own_town.people['colleague']}", data={"action": "owner"})
    assert f"您成为{OWN['name']}的负责人" in told(own_town, "colleague")
    assert old.post(f"{place}{own_town.people['member']}", data={"action": "leave"}).location == "/my/organisations"
    assert f"梁业主离开了{OWN['name']}" in told(own_town, "colleague")
    assert members(own_town, number) == {"李同事": "owner"}
    assert old.get(f"/my/organisations/{number}").status_code == 404
    assert OWN["name"] not in old.get("/my/organisations").text
    assert new.post(f"/my/organisations/{number}/edit", data=OWN | {"intro": "换人了。"}).status_code == 303
    assert dossier(own_town, number).organisation.intro == "换人了。"


def test_a_member_leaves_and_takes_nobody_along(own_town: Town) -> None:
    number, client = own_town.ids["organisation"], own_town.client("colleague")
    place, leave = f"/my/organisations/{number}/members/", {"action": "leave"}
    assert client.post(f"{place}{own_town.people['member']}", data=leave).status_code == 403
    assert client.post(f"{place}{own_town.people['colleague']}", data=leave).status_code == 303
    assert client.get(f"/my/organisations/{number}").status_code == 404
    assert members(own_town, number) == {"梁业主": "owner"}


def test_matching_switched_off_takes_its_listings_out_of_other_peoples_matches(own_town: Town) -> None:
    owner, stranger = own_town.client("member"), own_town.client("stranger")
    need, switch = own_town.ids["need"], f"/my/organisations/{own_town.ids['organisation']}/matching"
    places = (f"/my/matches/{need}", f"/listings/{need}", "/search?q=求购七十兆帕氢气减压阀")
    for off in (False, True, False):
        owner.post(switch, data={"off": "true" if off else "false"})
        link = f'href="/listings/{own_town.ids["offer"]}"'
        assert [link in stranger.get(place).text for place in places] == [not off] * 3
        assert link in stranger.get("/listings?q=减压阀").text, "key words find it all the same"
        said = "开启自动匹配" if off else "关闭自动匹配"
        assert said in owner.get(f"/my/organisations/{own_town.ids['organisation']}").text
