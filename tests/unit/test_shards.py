"""Shards: each address belongs to one, hosts stay whole, and the parts are alike."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipelines.shards import SLOTS, WHOLE, Shard, slot_of


@given(
    url=st.text(max_size=60) | st.from_regex(r"https?://[a-z]{1,9}\.example/\w*", fullmatch=True), of=st.integers(1, 64)
)
def test_each_address_belongs_to_one_shard(url: str, of: int) -> None:
    assert sum(Shard(number, of).takes(url) for number in range(of)) == 1
    assert WHOLE.takes(url)
    assert 0 <= slot_of(url) < SLOTS


def test_a_host_stays_whole_and_hosts_are_dealt_out_evenly() -> None:
    assert slot_of("https://a.example/x?y") == slot_of("http://A.example:8080/") != slot_of("https://b.example/")
    dealt = Counter(slot_of(f"https://outlet{number}.example/") % 10 for number in range(10_000))
    assert len(dealt) == 10
    assert max(dealt.values()) < 1.2 * min(dealt.values())
