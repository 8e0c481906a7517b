"""Reads the feeds of a server with feedparser, which says when one is not well-formed, and holds them to their formats."""

import sys

import feedparser

count = 0
for path in ("/history.atom", "/history.rss"):
    for lang in ("fr", "en"):
        feed = feedparser.parse(f"{sys.argv[1]}{path}?lang={lang}")
        assert not feed.bozo, (path, feed.bozo_exception)
        assert feed.version in ("atom10", "rss20"), feed.version
        assert feed.status == 200 and feed.etag
        assert feed.feed.title and feed.feed.language == lang, feed.feed
        assert any(link.rel == "self" for link in feed.feed.links)
        assert feed.feed.updated_parsed, path
        assert len(feed.entries) == 2
        assert len({entry.id for entry in feed.entries}) == 2
        for entry in feed.entries:
            assert entry.title and entry.link and entry.updated_parsed or entry.published_parsed
            assert "<p>" in entry.summary, entry
        count += 1
print(f"{count} feeds read")
