"""Files written whole or not at all, and those that are never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import ScreeningError
from data.files import check_free, writing


@pytest.mark.parametrize("beside", ["review.sqlite", "database.url"])
@pytest.mark.parametrize("name", ["protocol.toml", "Protocol.toml"])
def test_the_protocol_of_a_review_is_never_replaced(tmp_path: Path, beside: str, name: str) -> None:
    (tmp_path / beside).write_text("")
    (tmp_path / name).write_text("title = 'T'")
    with (
        pytest.raises(ScreeningError, match="is the protocol of a review and is never replaced"),
        writing(tmp_path / name, force=True),
    ):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {beside, name}
    assert (tmp_path / name).read_text() == "title = 'T'"


def test_the_address_of_a_review_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "database.url").write_text("postgresql+psycopg://host/name")
    with pytest.raises(ScreeningError, match="is the address of a review and is never replaced"):
        check_free(tmp_path / "database.url", force=True)


def test_other_files_are_replaced_when_asked_only(tmp_path: Path) -> None:
    for target in (tmp_path / "protocol.toml", tmp_path / "out.csv"):  # a protocol of no review yet
        target.write_text("before")
        with pytest.raises(ScreeningError, match="--force to replace it"):
            check_free(target, force=False)
        with writing(target, force=True) as file:
            file.write("after")
        assert target.read_text() == "after"
