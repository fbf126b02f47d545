import numpy as np
import pytest

from data.records import Record
from models.text_views import TEXT_VIEWS, see_texts


def told(record: Record) -> dict[str, float]:
    """The views of one record that are not 0, as counts."""
    row = np.expm1(see_texts([record])[0]).round(2)
    return {n: v for n, v in zip(TEXT_VIEWS, row.tolist(), strict=True) if v and n.startswith("report.")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Pain was less in 40 men (p < 0.05, n = 38).",
            {
                "report.past": 1,
                "report.numbers": 4,
                "report.p_values": 1,
                "report.people": 2,
                "report.sample_size": 40,
            },
            id="results",
        ),
        pytest.param(
            "1,204 previously treated older patients were compared",
            {
                "report.past": 1,
                "report.compared": 1,
                "report.numbers": 2,
                "report.people": 1,
                "report.sample_size": 1204,
            },
            id="people with words between",
        ),
        pytest.param(
            "We gave 40 mg once a day to the women.", {"report.numbers": 1}, id="a dose is no people"
        ),
        pytest.param("3 men", {"report.numbers": 1, "report.people": 1}, id="too few for a sample"),
        pytest.param("This may help.", {"report.modal": 1}, id="no result"),
        pytest.param("Masses and mayors", {}, id="words that only look alike"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_what_an_abstract_reports_is_counted(text, expected):
    assert told(Record(abstract=text)) == expected


def test_titles_of_translated_papers_and_overviews_are_told():
    assert "report.title_in_brackets" in told(Record(title="[Pain in men]"))
    assert "report.title_of_overview" in told(Record(title="Pain: an update"))
    assert told(Record(title="Pain [sic] in men")) == {}


def test_records_are_seen_one_by_one():
    records = [Record(title="A"), Record(title="Was it 5%?"), Record()]
    together = see_texts(records)
    assert together.shape == (3, len(TEXT_VIEWS))
    np.testing.assert_array_equal(together, np.concatenate([see_texts([r]) for r in records]))
    assert see_texts([]).shape == (0, len(TEXT_VIEWS))
