from greenboard.core.kept import Kept


def test_a_thing_is_made_once():
    made = []
    kept = Kept[int](2)
    assert [kept.of("a", lambda: made.append("a") or len(made)) for _ in range(3)] == [1, 1, 1]


def test_those_that_were_used_last_stay():
    made = []

    def of(key):
        kept.of(key, lambda: made.append(key))

    kept = Kept[None](2)
    for key in ("a", "b", "a", "c", "a", "b"):
        of(key)
    assert made == ["a", "b", "c", "b"]
