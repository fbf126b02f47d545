import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.protocol import Criterion, parse_protocol
from models.terms import Hit, Terms, normal_form


def criterion(
    *wanted: str,
    name: str = "population",
    unwanted: tuple[str, ...] = (),
    synonyms: dict[str, tuple[str, ...]] | None = None,
) -> Criterion:
    return Criterion(name=name, wanted=wanted, unwanted=unwanted, synonyms=synonyms or {})


def matched(terms: Terms, text: str) -> list[tuple[str, str]]:
    return [(hit.term, text[hit.start : hit.end]) for hit in terms.find(text)]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        pytest.param("placebo", "PLACEBO arm", ["PLACEBO"], id="case"),
        pytest.param("cohort study", "two cohort studies", ["cohort studies"], id="plural in -ies"),
        pytest.param("metastases", "one metastasis", ["metastasis"], id="latin plural"),
        pytest.param("randomised", "Randomized.", ["Randomized"], id="British term, American text"),
        pytest.param("behavior", "behaviours", ["behaviours"], id="American term, British text"),
        pytest.param("oesophagitis", "esophagitis", ["esophagitis"], id="oe"),
        pytest.param("leukemia", "leukaemias", ["leukaemias"], id="ae"),
        pytest.param("Sjögren", "Sjogren's syndrome", ["Sjogren's"], id="accent and possessive"),
        pytest.param("Crohn disease", "Crohn’s disease", ["Crohn’s disease"], id="typographic possessive"),
        pytest.param("double-blind", "double blind, doubleblind, double–blind", None, id="joins of words"),
        pytest.param("CD38", "CD-38 and CD 38", ["CD-38", "CD 38"], id="letters and digits apart"),
        pytest.param("nonrandomised", "non-randomized", ["non-randomized"], id="prefix set apart"),
        pytest.param("anti CD38", "antiCD38", ["antiCD38"], id="prefix joined to a code"),
        pytest.param("retreat*", "retreated at retreatment", ["retreated", "retreatment"], id="truncated"),
        pytest.param("ALL", "relapsed ALL", ["ALL"], id="acronym as written"),
        pytest.param("RCT", "five RCTs", ["RCTs"], id="acronym in the plural"),
        pytest.param("hot flashes", "hot\nflashes", ["hot\nflashes"], id="over a line break"),
    ],
)
def test_a_term_matches_its_variants(term, text, found):
    pieces = [piece for _, piece in matched(Terms([criterion(term)]), text)]
    assert pieces == (text.split(", ") if found is None else found)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        pytest.param("ALL", "all patients; All of them", id="an acronym is not the everyday word"),
        pytest.param("CD38", "CD381 and CD3 and ACD38", id="another code"),
        pytest.param("growth", "undergrowth", id="part of a word"),
        pytest.param("double-blind", "double. Blind", id="over the end of a sentence"),
        pytest.param("double-blind", "blind double", id="words in another order"),
        pytest.param("lung cancer", "lung or cancer", id="a word between"),
        pytest.param("±", "± 3", id="no word in the term"),
        pytest.param("placebo", "", id="empty text"),
    ],
)
def test_a_term_does_not_match(term, text):
    assert Terms([criterion(term)]).find(text) == []


def test_a_hit_names_criterion_term_side_and_place():
    terms = Terms([criterion("myeloma", unwanted=("healthy volunteers",))])
    assert terms.find("Healthy volunteers, myeloma") == [
        Hit("population", "healthy volunteers", False, 0, 18),
        Hit("population", "myeloma", True, 20, 27),
    ]


def test_a_longer_term_hides_the_shorter_one_within_it():
    terms = Terms([criterion("daratumumab", unwanted=("daratumumab-naive",))])
    assert matched(terms, "daratumumab naïve") == [("daratumumab-naive", "daratumumab naïve")]


def test_criteria_do_not_hide_each_other():
    terms = Terms([criterion("breast cancer"), criterion("breast", name="outcomes")])
    assert [h.criterion for h in terms.find("breast cancer")] == ["population", "outcomes"]


def test_the_same_words_wanted_and_unwanted_are_both_given():
    hits = Terms([criterion("naive", unwanted=("naive",))]).find("naive")
    assert sorted(h.wanted for h in hits) == [False, True]


def test_synonyms_are_terms_of_their_own():
    terms = Terms([criterion("multiple myeloma", synonyms={"multiple myeloma": ("RRMM",)})])
    assert matched(terms, "RRMM is multiple myeloma") == [
        ("RRMM", "RRMM"),
        ("multiple myeloma", "multiple myeloma"),
    ]


def test_a_protocol_without_terms_finds_nothing():
    assert Terms.of(parse_protocol('title = "x"')).find("any text") == []


def test_two_thousand_terms_are_each_found():
    words = [f"w{chr(97 + i // 100 % 26)}{chr(97 + i // 10 % 10)}{chr(97 + i % 10)}x" for i in range(2000)]
    terms = Terms([criterion(*words)])
    assert [h.term for h in terms.find(" ".join(words))] == words


def test_the_form_is_the_same_for_both_spellings():
    pairs = [
        ("paediatric", "pediatric"),
        ("tumours", "tumor"),
        ("diarrhoea", "diarrhea"),
        ("analysed", "analyzed"),
    ]
    assert [normal_form(a) for a, _ in pairs] == [normal_form(b) for _, b in pairs]


@given(st.text(alphabet=st.sampled_from("aAbé -8CD.'’ıİ\n"), max_size=60))
def test_offsets_point_at_the_term_in_the_untouched_text(text):
    for hit in Terms([criterion("a", "b", "ab", "cd8", "é b")]).find(text):
        piece = text[hit.start : hit.end]
        assert piece
        assert piece == piece.strip()
        assert Terms([criterion(hit.term)]).find(piece) == [Hit("population", hit.term, True, 0, len(piece))]
