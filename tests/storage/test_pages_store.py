"""What is kept of pages: paragraphs that return are marked wherever a text is read, copies can be read again."""

from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.keeping import Kind
from pipelines.model import Content, Published
from pipelines.protocols import Response
from pipelines.states import OutletId, PassageKind
from pipelines.steps.grouping import group_stories
from pipelines.steps.progress import Budget
from storage.store import SqlStore
from tests.storage.samples import LATER, NOW, entry, feed, group, poll

APPEAL = "Sign up for our free weekly newsletter, dear reader, and never miss what happens on the river."
BACKGROUND = "A flood in 2020 claimed forty lives on the same river and ended with a plan for new dams."


def text(name: str, day: int) -> Content:
    """An article of a day of November with paragraphs of its own, the background and the appeal."""
    own = [f"The {name} gave way at noon, and the lower streets of the {name} were under water within the hour."]
    own.append(f"Nobody was hurt at the {name}, because the keeper of the {name} had rung the bell, an official said.")
    return Content(
        title=f"The {name}",
        body="\n".join([*own, BACKGROUND, APPEAL]),
        published=Published(moment=datetime.fromisoformat(f"2026-11-{day:02}T12:00:00+00:00")),
    )


def save(store: SqlStore, *texts: Content, answer: Response | None = None, title: str | None = None) -> None:
    """Give each text to the article of its title, or of the one named."""
    by_title = {title or one.title: one for one in texts}
    for page in store.articles.pages_due(LATER, 100):
        if page.entry.title in by_title:
            store.articles.save_text(page, by_title[page.entry.title], NOW, try_again_at=None, answer=answer)


def marks(content: Content) -> list[tuple[str, str]]:
    """What is marked in a content."""
    return [(one.kind.value, content.body[one.start : one.end]) for one in content.passages]


def test_what_returns_on_another_day_is_marked_in_old_and_new(store: SqlStore) -> None:
    poll(store, entry("dam"), entry("dyke"), entry("bridge"))
    save(store, text("dam", 20), text("dyke", 20))
    group(store)
    assert [marks(one.content) for one in store.matches.unmatched(10)] == [[], []]
    save(store, text("bridge", 22))
    group(store)
    expected = [(PassageKind.BACKGROUND.value, BACKGROUND), (PassageKind.APPEAL.value, APPEAL)]
    found = store.matches.unmatched(10)
    assert [marks(one.content) for one in found] == [expected] * 3
    assert all("newsletter" not in one.content.searched_body for one in found)
    with store.stories.grouping(NOW) as grouping:
        contents = grouping.contents([one.article.article_id for one in found])
        assert all(marks(content) == expected for content in contents.values())


def test_what_returns_is_no_reason_to_join_short_reports(store: SqlStore) -> None:
    """Two sentences and a long background, day after day: the two sentences decide, and what another outlet prints."""
    names = ("bakery", "strike", "bridge", "choir")
    long = (
        f"{BACKGROUND} The plan has been before the council in every year since, and no stone of a dam was ever laid."
    )
    poll(store, *(entry(name) for name in names), now=NOW)
    for day, name in enumerate(names, 19):
        own = f"The {name} of Orla was the talk of the market on the {day}th, its owner told the only reporter there."
        save(store, replace(text(name, day), body=f"{own}\n{long}"))
    poll(store, entry("echo"), of=feed("basalt"), now=LATER)
    own = "The choir of Orla was the talk of the market on the 22th, its owner told the only reporter there."
    save(store, replace(text("echo", 22), title="The choir", body=own), title="The echo")
    group_stories(store.stories, budget=Budget(LATER, 60))
    rows = store.journal.articles(10)
    stories = {row.article.article_id: row.member.story_id for row in rows if row.member}
    assert len(stories) == 5
    assert len(set(stories.values())) == 4
    choir = next(story for story in stories.values() if list(stories.values()).count(story) == 2)
    assert [one.reason for one in store.story_desk.show(choir).members][1] == "the same text"


def test_a_reprint_and_a_new_version_teach_nothing(store: SqlStore) -> None:
    poll(store, entry("dam"), entry("again"))
    first = text("dam", 20)
    save(store, first)
    save(store, replace(text("dam", 22), title="The again"))
    poll(store, replace(entry("dam"), summary="New words."), now=LATER)
    save(store, replace(first, body=f"{first.body}\nOne more sentence was added by the editors later on."))
    group(store)
    assert all(marks(one.content) == [] for one in store.matches.unmatched(10))


def test_pages_are_kept_for_a_time_and_come_back_as_they_were(store: SqlStore) -> None:
    poll(store, entry("dam"))
    answer = Response(url="https://tufa.example/dam", status=200, body=b"<html>\0\xff</html>", content_type="text/html")
    save(store, text("dam", 20), answer=answer)
    (page,) = store.articles.pages_due(LATER, 1) or [None]
    assert page is None
    outlet = store.matches.unmatched(1)[0].article.outlet.outlet_id if group(store) else OutletId("")
    ((kept, copy),) = store.articles.kept_pages(outlet, NOW - timedelta(hours=1), LATER)
    assert (copy, kept.entry.title) == (answer, "The dam")
    assert [page for page, _ in store.articles.kept_pages(None, NOW - timedelta(hours=1), LATER)] == [kept]
    assert list(store.articles.kept_pages(outlet, LATER, LATER + timedelta(hours=1))) == []
    assert list(store.articles.kept_pages(outlet, NOW - timedelta(hours=1), NOW)) == []
    assert store.articles.has_text(kept, text("dam", 20))
    assert not store.articles.has_text(kept, text("sluice", 20))
    assert list(store.articles.kept_pages(OutletId("other"), NOW - timedelta(hours=1), LATER)) == []
    store.house.forget(Kind.PAGES, NOW, LATER)
    assert len(list(store.articles.kept_pages(outlet, NOW - timedelta(hours=1), LATER))) == 1
    store.house.forget(Kind.PAGES, NOW + timedelta(seconds=1), LATER)
    assert list(store.articles.kept_pages(outlet, NOW - timedelta(hours=1), LATER)) == []
