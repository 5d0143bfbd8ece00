"""From a photo's caption on a page to the words in a message, through the store, on either database."""

from pipelines.alerts import AlertDetail, Bundled
from pipelines.delivery.gathered import render_all
from pipelines.ingest.extractor import Given, examine
from pipelines.model import Hit, Judgement
from pipelines.states import Field, MessageStyle, Outcome
from storage.store import SqlStore
from tests.storage.samples import LATER, MAIL, NOW, alert, entry, group, poll, rule

CAPTION = "A peacekeeper at the activists' camp in the Lachin corridor on Monday morning."
PAGE = f"""<html><head><title>Camp on the road</title></head><body><article><h1>Camp on the road</h1>
<figure><img src="a.jpg"><figcaption>{CAPTION}</figcaption></figure>
<p>The road out of the town stayed shut for the third week, and those who had put up tents said they would stay.</p>
<p>Nobody was let through on Monday, the people of the villages around told our reporter, who had come on foot.</p>
</article></body></html>"""


def test_a_sentence_that_stands_under_a_photo_says_so_in_the_message(store: SqlStore) -> None:
    poll(store, entry("camp"), now=NOW)
    [page] = store.articles.pages_due(NOW, 10)
    content = examine(PAGE.encode(), Given(url=page.article.url, entry=page.entry)).content
    store.articles.save_text(page, content, NOW, try_again_at=None)
    group(store, now=NOW)
    store.matches.sync_rules([rule()], NOW)
    [revision] = store.matches.unmatched(10)
    start = revision.content.body.index("peacekeeper")
    hit = Hit(group="force", field=Field.BODY, start=start, end=start + 11, text="peacekeeper")
    judgement = Judgement(rule=rule(), outcome=Outcome.MATCH, hits=(hit,), clause="force")
    store.matches.save_matches([revision.revision_id], [(revision.revision_id, judgement)], NOW)
    [detail] = store.outbox.details(alert(store, MAIL))
    assert isinstance(detail, AlertDetail)
    message = render_all([detail], MessageStyle.CHAT, occasion="", earlier=Bundled(), zone="UTC", now=LATER)
    assert f"“{CAPTION.replace('peacekeeper', '*peacekeeper*')}” (photo caption)" in message.text.splitlines()
