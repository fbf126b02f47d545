from __future__ import annotations

import re

import pytest

from classifier.eligibility import FULL_ABSTRACT, Eligibility
from classifier.eligibility_check import check_protocol
from classifier.eligibility_context import Context, context_of
from classifier.eligibility_design import wanted_designs
from classifier.eligibility_learning import learn_criteria
from classifier.eligibility_text import explain, mark_terms, plain
from classifier.judgement import Suggestion, Verdict
from data.errors import ProtocolError
from data.protocol import CRITERIA, Criterion, Protocol, parse_protocol
from data.records import Design, Record
from models.criteria import Outcome
from models.terms import Terms

MET, UNCLEAR, NOT_MET = Verdict.MET, Verdict.UNCLEAR, Verdict.NOT_MET
PROTOCOL = """
title = "Daratumumab in myeloma"
[population]
wanted = ["multiple myeloma", "retreatment"]
unwanted = ["newly diagnosed", "amyloidosis", "daratumumab-naive"]
[population.synonyms]
"multiple myeloma" = ["myeloma"]
[intervention]
wanted = ["daratumumab"]
unwanted = ["teclistamab"]
[intervention.synonyms]
"daratumumab" = ["Darzalex", "D-Pd", "DaraKd"]
[comparator]
description = "Any or none."
[outcomes]
wanted = ["overall survival", "progression-free survival"]
[study_design]
designs = ["rct", "nonrandomised_trial", "observational"]
unwanted = ["systematic review"]
[limits]
languages = ["english"]
published_from = 2015-01-01
"""
FILLER = " We describe what was done and what was found in the usual words of such a report." * 6


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return parse_protocol(PROTOCOL)


@pytest.fixture(scope="module")
def eligibility(protocol: Protocol) -> Eligibility:
    return Eligibility(protocol)


def verdicts(eligibility: Eligibility, title: str, abstract: str = "") -> dict[str, Verdict]:
    (judged,) = eligibility.judge([Record(title=title, abstract=abstract)])
    assert [c.criterion for c in judged.criteria] == list(CRITERIA)
    return {c.criterion: c.verdict for c in judged.criteria}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Outcomes in relapsed multiple myeloma", MET, id="wanted"),
        pytest.param("Outcomes in MYELOMAS", MET, id="case and plural"),
        pytest.param("Outcomes in light-chain amyloidosis", NOT_MET, id="unwanted alone"),
        pytest.param(
            "Newly diagnosed multiple myeloma at 80", NOT_MET, id="wanted, but qualified by unwanted"
        ),
        pytest.param(
            "Multiple myeloma, newly diagnosed or not: retreatment", UNCLEAR, id="both, one unqualified"
        ),
        pytest.param("Myeloma without amyloidosis", MET, id="unwanted is denied"),
        pytest.param("Myeloma, excluding patients with amyloidosis", MET, id="unwanted is excluded"),
        pytest.param("Patients without multiple myeloma", NOT_MET, id="wanted is denied"),
        pytest.param("Daratumumab-naive multiple myeloma", NOT_MET, id="naive"),
        pytest.param("Outcomes in a rare disease", UNCLEAR, id="a title says nothing of it"),
    ],
)
def test_population_of_a_title_is_judged_by_its_terms_and_their_context(
    eligibility: Eligibility, title: str, expected: Verdict
) -> None:
    assert verdicts(eligibility, title)["population"] is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Daratumumab in myeloma", MET, id="wanted"),
        pytest.param("DaraKd in myeloma", MET, id="regimen"),
        pytest.param("D-Pd in myeloma", MET, id="regimen with hyphen"),
        pytest.param("Teclistamab in myeloma", NOT_MET, id="unwanted alone"),
        pytest.param("Teclistamab in myeloma refractory to daratumumab", NOT_MET, id="wanted only earlier"),
        pytest.param(
            "Carfilzomib in myeloma refractory to daratumumab", UNCLEAR, id="earlier, nothing unwanted"
        ),
        pytest.param("Teclistamab or daratumumab in myeloma", UNCLEAR, id="both"),
        pytest.param("Carfilzomib in myeloma", UNCLEAR, id="a title alone may leave it out"),
    ],
)
def test_an_intervention_given_before_the_study_is_not_the_one_studied(
    eligibility: Eligibility, title: str, expected: Verdict
) -> None:
    assert verdicts(eligibility, title)["intervention"] is expected


@pytest.mark.parametrize("name", ["Isa-Kd", "IsaKd", "SAR650984", "SAR-650984", "Sarclisa"])
def test_a_protocol_need_not_list_the_other_names_of_its_drugs(name: str) -> None:
    bare = parse_protocol('title = "Bare"\n[intervention]\nwanted = ["isatuximab"]\n')
    assert verdicts(Eligibility(bare), f"{name} in myeloma")["intervention"] is MET
    assert verdicts(Eligibility(bare), "IRd in myeloma")["intervention"] is UNCLEAR


def test_a_full_abstract_without_any_of_a_list_of_names_is_about_something_else(
    eligibility: Eligibility,
) -> None:
    told = verdicts(eligibility, "Statins after stroke", FILLER)
    assert (told["population"], told["intervention"]) == (NOT_MET, NOT_MET)


@pytest.mark.parametrize(
    "abstract",
    [
        pytest.param(FILLER[: FULL_ABSTRACT - 50], id="too short to tell"),
        pytest.param("", id="no abstract"),
    ],
)
def test_a_short_text_is_never_judged_by_what_it_leaves_out(eligibility: Eligibility, abstract: str) -> None:
    told = verdicts(eligibility, "Statins after stroke", abstract)
    assert (told["population"], told["intervention"], told["outcomes"]) == (UNCLEAR, UNCLEAR, UNCLEAR)


def test_absence_says_nothing_where_the_terms_are_common_words() -> None:
    open_list = parse_protocol(
        'title = "Feedback"\n[population]\nwanted = ["patients"]\n'
        '[intervention]\nwanted = ["support", "change"]\n'
    )
    told = verdicts(Eligibility(open_list), "Statins after stroke", "Statins were given. " * 40)
    assert (told["population"], told["intervention"]) == (UNCLEAR, UNCLEAR)


def test_a_missing_outcome_is_unclear_and_a_denied_one_is_reported(eligibility: Eligibility) -> None:
    assert verdicts(eligibility, "Myeloma", FILLER)["outcomes"] is UNCLEAR
    assert verdicts(eligibility, "Myeloma", "There was no difference in overall survival.")["outcomes"] is MET


def test_a_comparator_that_may_be_any_or_none_is_met(eligibility: Eligibility) -> None:
    assert verdicts(eligibility, "Anything at all")["comparator"] is MET


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        pytest.param(
            "Daratumumab: a randomised controlled trial",
            "Patients were randomly assigned to daratumumab or placebo in this double-blind phase 3 trial. "
            * 5,
            MET,
            id="a wanted design",
        ),
        pytest.param(
            "Daratumumab slows tumour growth in mice",
            "C57BL/6 mice were injected and sacrificed; wild-type littermates served as controls. " * 6,
            NOT_MET,
            id="surely an unwanted one",
        ),
        pytest.param(
            "Daratumumab in myeloma: a systematic review", "", NOT_MET, id="the title names an unwanted one"
        ),
        pytest.param("Daratumumab in myeloma", "", UNCLEAR, id="a title that tells no design"),
    ],
)
def test_the_design_is_judged_by_model_and_title(
    eligibility: Eligibility, title: str, abstract: str, expected: Verdict
) -> None:
    assert verdicts(eligibility, title, abstract)["study_design"] is expected


@pytest.mark.parametrize(
    ("wanted", "designs", "expected"),
    [
        pytest.param(
            ("randomised controlled trial",), (), {Design.RCT, Design.NONRANDOMISED_TRIAL}, id="words"
        ),
        pytest.param(("cohort study",), (), {Design.OBSERVATIONAL}, id="cohort"),
        pytest.param(("cohort study",), (Design.RCT,), {Design.RCT}, id="the list of designs counts"),
        pytest.param(("anything",), (), set(), id="words that name none"),
    ],
)
def test_designs_come_from_the_list_or_from_the_words(
    wanted: tuple[str, ...], designs: tuple[Design, ...], expected: set[Design]
) -> None:
    criterion = Criterion(name="study_design", wanted=wanted, synonyms={}, designs=designs)
    assert wanted_designs(criterion) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("daratumumab-naive", Context.DENIED, id="naive"),
        pytest.param("no prior daratumumab", Context.DENIED, id="no prior"),
        pytest.param("had not received daratumumab", Context.DENIED, id="had not received"),
        pytest.param("patients who had never received any daratumumab", Context.DENIED, id="never"),
        pytest.param("excluding those given daratumumab", Context.EXCLUDED, id="excluding"),
        pytest.param("Daratumumab was excluded", Context.EXCLUDED, id="was excluded"),
        pytest.param("refractory to daratumumab", Context.EARLIER, id="refractory to"),
        pytest.param("daratumumab-refractory", Context.EARLIER, id="-refractory"),
        pytest.param("after daratumumab", Context.EARLIER, id="after"),
        pytest.param(
            "no toxicity; daratumumab was given", Context.STATED, id="the denial ends with its clause"
        ),
        pytest.param("not tolerated, but daratumumab was", Context.STATED, id="but"),
        pytest.param("treated with daratumumab", Context.STATED, id="plain"),
        pytest.param("bortezomib with or without daratumumab", Context.STATED, id="with or without"),
        pytest.param("daratumumab and no more", Context.STATED, id="denies something later"),
    ],
)
def test_context_of_a_term(text: str, expected: Context) -> None:
    terms = Terms([Criterion(name="intervention", wanted=("daratumumab",), synonyms={})])
    (hit,) = terms.find(text)
    assert context_of(text, hit) is expected


def test_spans_point_at_the_words_and_say_which_way_they_speak(eligibility: Eligibility) -> None:
    record = Record(
        title="Multiple myeloma", abstract="Darzalex, not teclistamab; overall survival; amyloidosis."
    )
    (judged,) = eligibility.judge([record])
    told = {
        c.criterion: [(record.text[s.start : s.end], s.term, s.wanted) for s in c.spans]
        for c in judged.criteria
    }
    assert told == {
        "population": [("Multiple myeloma", "multiple myeloma", True), ("amyloidosis", "amyloidosis", False)],
        "intervention": [("Darzalex", "Darzalex", True)],
        "comparator": [],
        "outcomes": [("overall survival", "overall survival", True)],
        "study_design": [],
    }


@pytest.mark.parametrize(
    ("record", "suggested", "reason"),
    [
        pytest.param(Record(title="Amyloidosis on teclistamab"), "exclude", "population", id="first not met"),
        pytest.param(Record(title="Teclistamab in myeloma"), "exclude", "intervention", id="the next one"),
        pytest.param(
            Record(title="Daratumumab in myeloma", language="German"), "exclude", "language", id="language"
        ),
        pytest.param(Record(title="Daratumumab in myeloma", language="eng"), None, None, id="language code"),
        pytest.param(Record(title="Daratumumab in myeloma", year=2011), "exclude", "date", id="too early"),
        pytest.param(
            Record(title="Daratumumab in myeloma", year=2015), None, None, id="the first year counts"
        ),
        pytest.param(Record(title="Daratumumab in myeloma"), None, None, id="no language, no year"),
        pytest.param(Record(), None, None, id="no text"),
        pytest.param(
            Record(
                title="Daratumumab in myeloma: a randomised phase 3 trial",
                abstract="Patients were randomly assigned 1:1. Median overall survival was 20 months.",
                publication_types=("Randomized Controlled Trial",),
            ),
            "include",
            None,
            id="everything met",
        ),
    ],
)
def test_the_suggestion_names_the_first_criterion_not_met(
    eligibility: Eligibility, record: Record, suggested: str | None, reason: str | None
) -> None:
    (judged,) = eligibility.judge([record])
    expected = None if suggested is None else Suggestion(suggested)
    assert (judged.suggested, judged.reason) == (expected, reason)


def test_a_judgement_depends_on_its_own_record_only(eligibility: Eligibility) -> None:
    records = [Record(title=f"Daratumumab in myeloma {n}", abstract=FILLER) for n in range(3)]
    records += [Record(), Record(title="Amyloidosis")]
    together = eligibility.judge(records)
    assert together == [j for r in records for j in eligibility.judge([r])]
    assert eligibility.judge(records[::-1]) == together[::-1]
    assert eligibility.judge([]) == []


def test_a_protocol_without_terms_leaves_everything_unclear() -> None:
    empty = Eligibility(parse_protocol('title = "Empty"'))
    (judged,) = empty.judge([Record(title="Anything", abstract=FILLER)])
    assert {c.verdict for c in judged.criteria} == {UNCLEAR}
    assert {c.probability for c in judged.criteria} == {0.5}
    assert (judged.suggested, judged.reason) == (None, None)


def test_terms_both_wanted_and_unwanted_leave_it_unclear() -> None:
    both = parse_protocol('title = "Both"\n[population]\nwanted = ["asthma"]\nunwanted = ["asthma"]\n')
    assert verdicts(Eligibility(both), "Asthma in adults")["population"] is UNCLEAR


def test_a_protocol_of_two_thousand_terms_is_judged() -> None:
    names = ", ".join(f'"zetumab{chr(97 + n % 26)}{n}"' for n in range(2000))
    large = parse_protocol(f'title = "Large"\n[intervention]\nwanted = [{names}]\n')
    assert verdicts(Eligibility(large), "Zetumabb27 in adults")["intervention"] is MET
    assert verdicts(Eligibility(large), "Statins in adults")["intervention"] is UNCLEAR


def _decided(n: int) -> tuple[list[Record], list[Outcome]]:
    """Includes about knees, exclusions for a population of shoulders, each text a little different."""
    kept = [
        Record(title=f"Brace for the knee, report {i}", abstract=f"Knee pain {i % 7}." + FILLER)
        for i in range(n)
    ]
    out = [
        Record(title=f"Brace for the shoulder {i}", abstract=f"Shoulder pain {i % 7}." + FILLER)
        for i in range(n)
    ]
    return kept + out, [Outcome(True)] * n + [Outcome(False, "population")] * n


def test_decisions_with_reasons_settle_what_the_terms_leave_open() -> None:
    eligibility = Eligibility(parse_protocol('title = "Braces"\n[intervention]\nwanted = ["brace"]\n'))
    records, outcomes = _decided(60)
    model = learn_criteria(eligibility, records, outcomes)
    taught = Eligibility(eligibility.protocol, criteria_model=model)
    new = [
        Record(title="Brace for the knee in runners", abstract="Knee pain." + FILLER),
        Record(title="Brace for the shoulder in swimmers", abstract="Shoulder pain." + FILLER),
        Record(title="Brace for the shoulder"),
    ]
    population = [j.criteria[0] for j in taught.judge(new)]
    assert [c.verdict for c in population] == [MET, NOT_MET, UNCLEAR]
    assert population[0].probability > 0.8 > 0.15 > population[1].probability
    assert [j.criteria[0].verdict for j in taught.by_terms().judge(new)] == [UNCLEAR] * 3


def test_few_decisions_never_make_a_criterion_not_met() -> None:
    eligibility = Eligibility(parse_protocol('title = "Braces"\n[intervention]\nwanted = ["brace"]\n'))
    model = learn_criteria(eligibility, *_decided(8))
    taught = Eligibility(eligibility.protocol, criteria_model=model)
    (judged,) = taught.judge([Record(title="Brace for the shoulder", abstract="Shoulder pain." + FILLER)])
    assert judged.criteria[0].verdict is UNCLEAR
    assert judged.criteria[0].probability < 0.5


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Retarded morphine after amputation", UNCLEAR, id="the name alone"),
        pytest.param("Sustained relief after amputation", NOT_MET, id="the rest of a term alone"),
        pytest.param("Massage after amputation", NOT_MET, id="nothing of it"),
    ],
)
def test_the_name_of_a_term_in_the_title_leaves_open_what_is_absent(title: str, expected: Verdict) -> None:
    tables = (
        'title = "Opioids"\n[population]\nwanted = ["osteoarthritis", "neuropathic pain"]\n'
        '[intervention]\nwanted = ["morphine sustained release", "oxycodone", "methadone"]\n'
    )
    (judged,) = Eligibility(parse_protocol(tables)).judge([Record(title=title, abstract=FILLER)])
    assert judged.criteria[1].verdict is expected
    assert len(FILLER) >= FULL_ABSTRACT


TOGETHER = """
title = "Retreatment"
[population]
wanted = ["myeloma", "prior daratumumab", "retreatment"]
together = [["myeloma"], ["prior daratumumab", "retreatment"]]
unwanted = ["newly diagnosed"]
[population.synonyms]
"prior daratumumab" = ["after daratumumab"]
"""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Retreatment in myeloma", MET, id="one of each"),
        pytest.param("Isatuximab in myeloma after daratumumab", MET, id="a synonym, about earlier treatment"),
        pytest.param("Isatuximab in myeloma", UNCLEAR, id="the second is missing"),
        pytest.param("Retreatment in amyloidosis", UNCLEAR, id="the first is missing"),
        pytest.param("Isatuximab in newly diagnosed myeloma", NOT_MET, id="unwanted"),
        pytest.param("Isatuximab in amyloidosis", UNCLEAR, id="neither"),
    ],
)
def test_terms_that_must_stand_together(title: str, expected: Verdict) -> None:
    assert verdicts(Eligibility(parse_protocol(TOGETHER)), title)["population"] is expected


@pytest.mark.parametrize(
    ("together", "says"),
    [
        pytest.param('["myeloma"]', "must be lists of wanted terms", id="one list of words"),
        pytest.param('[["myeloma"]]', "takes two lists or more", id="one list"),
        pytest.param('[["myeloma"], []]', "must be lists of wanted terms", id="an empty list"),
        pytest.param('[["myeloma"], ["relapsed"]]', "'relapsed' is not in `wanted`", id="not wanted"),
        pytest.param('[["myeloma"], [3]]', "must be a list of texts", id="a number"),
    ],
)
def test_what_together_may_not_hold(together: str, says: str) -> None:
    text = TOGETHER.replace('[["myeloma"], ["prior daratumumab", "retreatment"]]', together)
    with pytest.raises(ProtocolError, match=re.escape(says)) as caught:
        parse_protocol(text)
    assert str(caught.value).startswith("protocol.toml:5: population.together ")


def test_what_is_highlighted_anywhere_is_what_is_judged_by() -> None:
    protocol = parse_protocol('title = "T"\n[intervention]\nwanted = ["daratumumab"]\n')
    text = "DaraKd, Darzalex and D-Pd"
    (judged,) = Eligibility(protocol).judge([Record(title=text)])
    hits = Terms.of(protocol).find(text)
    assert [text[h.start : h.end] for h in hits] == ["DaraKd", "Darzalex", "D-Pd"]
    assert [(s.start, s.end, s.term) for s in judged.criteria[1].spans] == [
        (h.start, h.end, h.term) for h in hits
    ]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param("", [("population", "has no terms"), ("intervention", "has no terms")], id="no terms"),
        pytest.param(
            '[population]\nwanted = ["asthma"]\nunwanted = ["asthmas", "severe asthma"]\n'
            '[intervention]\nwanted = ["omalizumab"]\n',
            [("population", "are wanted and unwanted at once"), ("population", "are unwanted and hold")],
            id="overlap",
        ),
        pytest.param(
            '[population]\nwanted = ["asthma", "+++"]\n[intervention]\nwanted = ["support"]\n',
            [("population", "hold no letter"), ("intervention", "is described by common words")],
            id="signs, and common words",
        ),
        pytest.param(
            '[population]\nwanted = ["asthma", "adults"]\ntogether = [["asthma"], ["asthma", "adults"]]\n'
            '[intervention]\nwanted = ["omalizumab"]\n',
            [("population", "stand in several lists"), ("population", "is described by common words")],
            id="a term in two lists of together",
        ),
        pytest.param(
            '[population]\nwanted = ["asthma"]\n[intervention]\nwanted = ["omalizumab"]\n', [], id="clean"
        ),
    ],
)
def test_a_protocol_is_checked_before_people_screen_by_it(
    tables: str, expected: list[tuple[str, str]]
) -> None:
    rest = '[outcomes]\nwanted = ["exacerbations"]\n[study_design]\ndesigns = ["rct"]\n'
    notes = check_protocol(parse_protocol('title = "Check"\n' + tables + rest))
    told = [(n.criterion, n.message) for n in notes]
    assert len(told) == len(expected), told
    for (criterion, message), (wanted_criterion, beginning) in zip(told, expected, strict=True):
        assert criterion == wanted_criterion
        assert message.startswith(beginning)


def test_the_check_counts_terms() -> None:
    def told(n: int) -> list[str]:
        names = ", ".join(f'"zetumab{chr(97 + i % 26)}{i}"' for i in range(n))
        tables = f'[population]\nwanted = ["asthma"]\n[intervention]\nwanted = [{names}]\n'
        return [
            note.message
            for note in check_protocol(parse_protocol('title = "T"\n' + tables))
            if note.criterion == "intervention"
        ]

    assert told(2000) == []
    assert told(2001) == ["has more than 2000 terms; that works, but few people can answer for them all"]


def test_the_check_says_which_designs_were_taken_from_the_words() -> None:
    protocol = parse_protocol(
        PROTOCOL.replace('designs = ["rct", "nonrandomised_trial", "observational"]', "")
    )
    notes = [n.message for n in check_protocol(protocol) if n.criterion == "study_design"]
    assert notes == ["names no `designs` and no word for one: no design is wanted or unwanted"]


def test_plain_values_hold_the_words_of_the_text_and_no_suggestion_where_none_may_be_shown(
    eligibility: Eligibility,
) -> None:
    record = Record(title="Daratumumab-naive myeloma")
    (judged,) = eligibility.judge([record])
    told = plain(record, judged, suggest=False)
    assert told["criteria"]["population"]["spans"] == [
        {
            "start": 0,
            "end": 17,
            "text": "Daratumumab-naive",
            "term": "daratumumab-naive",
            "speaks_for": False,
        },
        {"start": 18, "end": 25, "text": "myeloma", "term": "myeloma", "speaks_for": True},
    ]
    assert (told["criteria"]["population"]["verdict"], told["suggested"], told["reason"]) == (
        "not_met",
        None,
        None,
    )
    shown = plain(record, judged)
    assert (shown["suggested"], shown["reason"]) == ("exclude", "population")


def test_marked_text_is_the_text_with_the_marks_taken_out(eligibility: Eligibility) -> None:
    record = Record(title="Daratumumab-naive myeloma", abstract="Teclistamab; overall survival [sic].")
    (judged,) = eligibility.judge([record])
    assert mark_terms(record, judged) == (
        "[I-P- Daratumumab-naive] [P+ myeloma] [I- Teclistamab]; [O+ overall survival] [sic]."
    )
    assert explain(record, judged).splitlines()[2] == "suggests: exclude (population)"
    assert "suggests" not in explain(record, judged, suggest=False)
    assert mark_terms(Record(), eligibility.judge([Record()])[0]) == " "
