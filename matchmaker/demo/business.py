"""Two years of deals, contracts and claims of the demo district, as its stories tell them, in the order of time."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Person
from matchmaker.accounts.passwords import Sealer
from matchmaker.contracts.reminding import remind_sellers
from matchmaker.core import clock
from matchmaker.core.actor import Actor
from matchmaker.core.unit import reading, unit
from matchmaker.deals.models import Deal
from matchmaker.deals.reminding import remind_stalled
from matchmaker.deals.rules import OVER, NoteReach
from matchmaker.deals.service import say
from matchmaker.demo import cast as casting
from matchmaker.demo import diary, rounds
from matchmaker.demo.beginnings import begins, known_of, together
from matchmaker.demo.cast import Cast, Scene
from matchmaker.demo.claims import ClaimTelling
from matchmaker.demo.contracts import ContractTelling
from matchmaker.demo.deals import DealTelling
from matchmaker.demo.diary import Diary, Pen, Sessions, Step, Tick
from matchmaker.demo.letters import forget_letters
from matchmaker.demo.money import MoneyTelling
from matchmaker.demo.plain import plain
from matchmaker.demo.stories import STORIES, read_stories
from matchmaker.demo.year import BASE, FIRST_DAY, LAST_DAY
from matchmaker.exchange.importing import import_file
from matchmaker.matching.live import LiveIndex
from matchmaker.meetings.follow_ups import ask_due
from matchmaker.notifications.models import Notice
from matchmaker.notifications.service import mark_read

PAST = "past_contracts.jsonl"
# The office took the contracts of the years before in at the end of the first year.
TAKEN_IN = FIRST_DAY + timedelta(days=358)
# The months in which the platform asks what became of meetings half a year ago.
ASKED_IN = range(7, 12)
LAST_WORD = LAST_DAY - timedelta(minutes=5)


class Business:
    """The play of one installation: what is written down in `folder`, with uploads going to `files_dir`."""

    def __init__(
        self, sessions: Sessions, folder: Path, files_dir: Path, *, sealer: Sealer, engine: LiveIndex | None = None
    ) -> None:
        self.sessions, self.folder, self.files_dir = sessions, folder, files_dir
        self.sealer, self.engine = sealer, engine

    def has_happened(self) -> bool:
        """Whether everything was played already."""
        with reading(self.sessions) as session:
            last = diary.last_moment(session)
        return last is not None and last >= LAST_WORD

    def play(self, *, tick: Tick = lambda done, total: None) -> int:
        """Play what is left, and let nobody of the demo get its letters today; returns how many steps it were."""
        with reading(self.sessions) as session:
            cast = casting.gather(session, self.files_dir, self.sealer, self.engine)
            left = diary.left(_plan(session, cast, self.folder), diary.last_moment(session))
        diary.play(self.sessions, left, tick=tick)
        with unit(self.sessions) as session:
            forget_letters(session)
        return len(left)


def together_at_events(sessions: Sessions, folder: Path) -> dict[str, list[tuple[int, int]]]:
    """Which organisations the stories let meet at which event, by its title; for `events.play`."""
    stories = read_stories(folder / STORIES)
    with reading(sessions) as session:
        return together(stories, casting.sides_of(session, stories))


def _plan(session: Session, cast: Cast, folder: Path) -> list[Step]:
    """Every step of every story, of the rounds, and what the machine itself does."""
    book, known = Diary(), known_of(session)
    stories = read_stories(folder / STORIES)
    sides = casting.sides_of(session, stories)
    rounds.tell(book, cast)
    book.put_alone(TAKEN_IN, partial(_take_in, cast.officers[0], folder / PAST))
    for story in stories:
        if story.ref in sides:
            own = sides[story.ref]
            _tell(Scene(cast, story, own, begins(story, own, known)), book)
    for story, own, beginning in plain(session, known, list(sides.values())):
        _tell(Scene(cast, story, own, beginning), book)
    for month in ASKED_IN:
        book.put_alone(rounds.at(rounds.day(month, 20), 7, 15), partial(_ask_what_became, cast.sealer))
    book.put(LAST_DAY - timedelta(days=25), _read_inboxes)
    book.put_alone(LAST_WORD - timedelta(minutes=15), _remind)
    book.put(LAST_WORD, partial(_last_word, cast.officers[1]))
    return book.steps


def _tell(scene: Scene, book: Diary) -> None:
    story, written = scene.story, scene.story.contract
    pen = Pen(book, story.ref, scene.beginning.at)
    deal = DealTelling(scene, pen) if story.deal else None
    if deal is not None:
        deal.tell()
    if written is not None:
        contract = ContractTelling(scene, written, pen)
        contract.tell()
        if contract.signed is not None:
            MoneyTelling(scene, written, Pen(book, f"{story.ref}:money", contract.signed)).tell(contract.signed)
        for told in written.claims:
            ClaimTelling(scene, told).tell(book)
    if deal is not None:
        deal.close()


def _take_in(officer: Actor, path: Path, sessions: Sessions) -> None:
    report = import_file(sessions, officer, kind="contracts", path=path)
    if report.bad_rows:
        raise ValueError(report.as_text())


def _ask_what_became(sealer: Sealer, sessions: Sessions) -> None:
    ask_due(sessions, base=BASE, secret_key=sealer.secret_key)


def _read_inboxes(session: Session) -> None:
    """Whom a visitor can log in as has read what came until now."""
    people = session.scalars(select(Person).where(Person.password_hash.is_not(None)).order_by(Person.id))
    for person in people:
        came = select(Notice.id).where(Notice.person_id == person.id, Notice.created_at <= clock.now())
        actor = Actor(person.name, person.role, diary.VIA, person_id=person.id)
        mark_read(session, actor, notice_ids=session.scalars(came).all())


def _remind(sessions: Sessions) -> None:
    remind_stalled(sessions, base=BASE)
    remind_sellers(sessions, base=BASE)


def _last_word(officer: Actor, session: Session) -> None:
    """The office looks back on the year; with this entry in the log the play has been played."""
    open_first = (Deal.stage.in_(OVER), Deal.id.desc())
    deal = session.scalars(select(Deal).order_by(*open_first).limit(1)).first()
    if deal is not None:
        text = "年底前把没有动静的逐单回访一遍，先打电话，再约见面。"
        say(session, officer, deal_id=deal.id, text=text, reach=NoteReach.OFFICE, base=BASE)
