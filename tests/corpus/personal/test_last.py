"""What is made of a view is made once for each view in a row, and never found by comparing long views."""

from __future__ import annotations

from brightline.corpus.personal.last import of_last


def test_the_same_view_is_read_once_and_an_equal_one_again() -> None:
    read: list[str] = []

    @of_last
    def length(text: str) -> int:
        read.append(text)
        return len(text)

    one, equal = ("".join(["ab", "cd"]) for _ in range(2))
    assert one is not equal
    assert [length(one), length(one), length(equal), length(equal), length(one)] == [4] * 5
    assert len(read) == 3
