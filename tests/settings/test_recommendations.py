"""What could be better: ages in words, when they matter, and keys of whatever text."""

from hypothesis import given
from hypothesis import strategies as st

from settings import recommendations
from settings.recommendations import Age

ANY = st.text(max_size=30) | st.sampled_from(["rsa", "ed25519", "active", "2025a", "2026a"])


def test_an_age_says_what_it_is() -> None:
    assert str(Age(days=1)) == "1 day"
    assert str(Age(days=30)) == "30 days"
    assert recommendations.check_none(Age(days=29), "x") == []
    assert recommendations.check_none(Age(days=30), "x") != []
    assert recommendations.check_softfail(Age(days=None, known="x"), "x") == []


@given(st.lists(st.tuples(ANY, ANY, ANY), max_size=4))
def test_keys_of_any_text(keys: list[tuple[str, str, str]]) -> None:
    for one in recommendations.check_keys(keys, 2026, "k"):
        assert one.level == "warning"
        assert one.key.startswith("k")
        assert one.reason
        assert one.cure
