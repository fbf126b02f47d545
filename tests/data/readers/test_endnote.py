"""EndNote XML, new and old."""

from __future__ import annotations

import pytest

from data.readers import Reject
from data.records import Record
from tests.data.readers.reading import entries

S = '<style face="normal" font="default" size="100%">'
NEW = (
    '<record><database name="x.enl">x.enl</database><rec-number>7</rec-number>'
    '<ref-type name="Journal Article">17</ref-type><contributors><authors>'
    f"<author>{S}Adams, B.</style></author><author>{S}Clarke, D. E.</style></author></authors></contributors>"
    f'<titles><title>{S}A trial at 10</style><style face="superscript" font="default">9</style>{S} cells'
    f"</style></title><secondary-title>{S}Blood</style></secondary-title></titles>"
    f"<periodical><full-title>{S}Blood</style></full-title></periodical><pages>{S}11-9</style></pages>"
    f"<volume>{S}10</style></volume><number>{S}2</style></number><keywords><keyword>{S}Humans&#xD;Adult</style>"
    f"</keyword></keywords><dates><year>{S}2019</style></year></dates><accession-num>{S}31000001</style>"
    f"</accession-num><abstract>{S}One.&#xD;Two.</style></abstract><work-type>{S}Conference Abstract</style>"
    f"</work-type><urls><related-urls><url>{S}https://doi.org/10.1000/en.1</style></url></related-urls></urls>"
    f"<remote-database-provider>{S}NLM</style></remote-database-provider><language>{S}eng</style></language>"
    "</record>"
)
OLD = (
    "<RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><REFNUM>21</REFNUM><AUTHORS>"
    "<AUTHOR>Adams, B.</AUTHOR></AUTHORS><YEAR>1999</YEAR>"
    "<TITLE>An old trial</TITLE><SECONDARY_TITLE>Blood</SECONDARY_TITLE><VOLUME>3</VOLUME>"
    "<NUMBER>1</NUMBER><PAGES>5-8</PAGES><KEYWORDS><KEYWORD>Humans</KEYWORD></KEYWORDS>"
    "<ABSTRACT>Text.</ABSTRACT><URL>https://a.example</URL></RECORD>"
)


def wrap(*records: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><xml><records>{"".join(records)}</records></xml>'


def test_a_new_entry_is_read_whole(tmp_path):
    (record,) = entries(tmp_path, wrap(NEW), format="EndNote XML")
    assert record == Record(
        title="A trial at 10^9 cells",
        abstract="One.\nTwo.",
        authors=("Adams, B.", "Clarke, D. E."),
        year=2019,
        journal="Blood",
        volume="10",
        issue="2",
        pages="11-9",
        doi="10.1000/en.1",
        pmid="31000001",
        accession="31000001",
        language="eng",
        publication_types=("Conference Abstract",),
        keywords=("Humans", "Adult"),
        conference="Blood",
        url="https://doi.org/10.1000/en.1",
        external_id="7",
        raw=NEW,
        line=1,
    )


def test_an_old_entry_is_read_whole(tmp_path):
    text = f"<XML><RECORDS>{OLD}</RECORDS></XML>"
    (record,) = entries(tmp_path, text, format="EndNote XML")
    assert record == Record(
        title="An old trial",
        abstract="Text.",
        authors=("Adams, B.",),
        year=1999,
        journal="Blood",
        volume="3",
        issue="1",
        pages="5-8",
        keywords=("Humans",),
        url="https://a.example",
        external_id="21",
        raw=OLD,
        line=1,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(wrap(NEW, NEW, NEW), ["7", "7", "7"], id="three"),
        pytest.param(wrap(NEW, "<record>x</record>"), ["7", ""], id="one without fields"),
        pytest.param(wrap(NEW, NEW)[:-300], ["7", "the file ends inside"], id="cut off"),
        pytest.param(
            wrap(NEW, "<record><a></record>", NEW), ["7", "not well-formed XML:", "7"], id="one broken"
        ),
        pytest.param(wrap("<record/>", NEW), ["the next entry begin", "7"], id="an empty element"),
        pytest.param(wrap(), [], id="none"),
    ],
)
def test_no_entry_is_lost(tmp_path, text, expected):
    found = entries(tmp_path, text, format="EndNote XML")
    assert [e.reason[:20] if isinstance(e, Reject) else e.external_id for e in found] == expected


def test_a_declared_encoding_is_kept_to(tmp_path):
    text = wrap(NEW.replace("Adams", "Ådams")).replace("UTF-8", "ISO-8859-1")
    (record,) = entries(tmp_path, text.encode("latin-1"))
    assert record.authors[0] == "Ådams, B."
