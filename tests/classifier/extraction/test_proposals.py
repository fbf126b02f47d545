"""What is proposed as the group of a value, whatever a model makes of it."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor
from classifier.extraction.groups.proposals import Proposer
from classifier.extraction.groups.told import Names, Proposal, Unit
from classifier.extraction.text.sentences import split_sentences
from classifier.extraction.text_walk import TextWalk


def proposed(text: str) -> list[set[Names]]:
    """The names proposed for each unit of values, in order."""
    rules = Extractor()
    found: list[set[Names]] = []

    def choose(unit: Unit, proposer: Proposer) -> Proposal:
        found.append({p.names for p in unit.proposals})
        return rules.weigher.best(unit, proposer)

    walk = TextWalk(text, split_sentences(text), wanted=rules.wanted, choose=choose, confidence=None)
    list(walk.candidates())
    return found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Results for arms 1, 2 and 3: ORR 70%, 60% and 44%.", ("1", "2", "3"), id="numbers"),
        pytest.param(
            "In stage I, II and III, 5-year OS was 90%, 71% and 40%.", ("I", "II", "III"), id="roman"
        ),
        pytest.param(
            "At 1.6, 1.3 and 1.0 mg the ORR was 60%, 50% and 40%.", ("1.6", "1.3", "1.0 mg"), id="doses"
        ),
        pytest.param("In arms A/B/C the ORR was 20%, 30% and 41%.", ("A", "B", "C"), id="slashes"),
        pytest.param(
            "Results by arm (T/O; PC): mPFS 4.4 mos; 4.1 mos.", ("T/O", "PC"), id="a head in brackets"
        ),
        pytest.param(
            "Patients were naive, exposed or refractory. OS was 30, 19 and 8 months.",
            ("naive", "exposed", "refractory"),
            id="enumerated before",
        ),
        pytest.param(
            "DFS was 66% in the early group and 60% in the late group. OS was 80% and 78%.",
            ("early group", "late group"),
            id="told with values of another endpoint",
        ),
        pytest.param(
            "Three of 60 (arm I), nine of 61 (arm II) and ten of 60 (arm III) responded (5%, 15% and 17%).",
            ("arm I", "arm II", "arm III"),
            id="counts with their groups",
        ),
        pytest.param(
            "Patients entered (wing 1, 98; wing 2, 60). PFS was 80% and 70%.",
            ("wing 1", "wing 2"),
            id="names with their counts",
        ),
        pytest.param(
            "Doses were 40 mg (Lo40; n = 20), 60 mg (Mid60; n = 21) or 80 mg (Hi80; n = 22). "
            "ORRs were 20%, 30% and 41%.",
            ("Lo40", "Mid60", "Hi80"),
            id="short names with their counts",
        ),
        pytest.param(
            "Of 90 women, 60 had zolaparib and 30 had placebo. PFS was 11.2 v 6.1 months.",
            ("zolaparib", "placebo"),
            id="so many had the drug",
        ),
        pytest.param(
            "The 1-, 2- and 3-year OS were 80%, 60% and 41% against 70%, 45% and 28% with seeds and stents.",
            ("seeds",) * 3 + ("stents",) * 3,
            id="two groups by halves",
        ),
        pytest.param(
            "PFS with seeds vs stents was 9 vs 8 months (small), 7 vs 6 months (large).",
            ("seeds", "stents") * 2,
            id="two groups by turns",
        ),
        pytest.param(
            "ORR was 60%, and 75%, 55% and 50% in the red, green and blue groups.",
            (None, "red", "green", "blue groups"),
            id="everybody first",
        ),
        pytest.param(
            "All (n=90) / naive, both doses (n=50) / exposed (n=40). ORR: 60% / 70% / 50%.",
            (None, "naive, both doses", "exposed"),
            id="cells between slashes",
        ),
        pytest.param(
            "Those who had never been exposed had an ORR of 60%.", ("never been exposed",), id="who had"
        ),
        pytest.param("Those whose LDH fell lived for a median OS of 14 months.", ("LDH fell",), id="whose"),
        pytest.param("Median OS was 22 months when CRP was low.", ("CRP was low",), id="when"),
        pytest.param("With DAX 60 (36%) the ORR was 36%.", ("DAX 60",), id="a number that is part of a name"),
        pytest.param(
            "Surgery and irradiation were compared. OS was 80% for the former and 70% for the latter.",
            ("Surgery",),
            id="the former",
        ),
        pytest.param(
            "OS was 80% and 71% with and without boost.", ("boost", "without boost"), id="with and without"
        ),
        pytest.param(
            "First-line, later-line and maintenance or consolidation had ORRs of 60%, 31% and 20%.",
            ("First-line", "later-line", "maintenance or consolidation"),
            id="a name with or",
        ),
        pytest.param("At 10 years, OS was 82% in both arms.", ("both arms",), id="both arms"),
        pytest.param("OS was 9 months in patients over 70 years.", ("patients over 70 years",), id="an age"),
        pytest.param("Patients with Ki-67 <3% had an ORR of 20%.", ("Ki-67 <3%",), id="a bound on a share"),
        pytest.param("OS was 70% for those treated before 2010.", ("before 2010",), id="a year"),
        pytest.param("OS was 40% in those who did not.", ("those who did not",), id="who did not"),
        pytest.param("Median OS with osimertinib was 39 months.", ("osimertinib",), id="begins like OS"),
        pytest.param(
            "ORR was 8% with best supportive care.", ("best supportive care",), id="best, no result"
        ),
        pytest.param(
            "PFS was 9 months with endocrine therapy.", ("endocrine therapy",), id="begins like end"
        ),
        pytest.param("OS was 70% in women and 61% in men.", ("women",), id="women beside men"),
        pytest.param("ORR was 31% after platinum and 12% after both.", ("both",), id="both alone"),
        pytest.param(
            "PFS was 5 months in those exposed but not refractory.",
            ("exposed but not refractory",),
            id="but not",
        ),
        pytest.param("Of 40 patients treated with A seven (18%) responded.", ("A",), id="a count is no name"),
        pytest.param(
            "TNBC population: median PFS was 5 months. Median OS was 13 months.",
            ("TNBC population",),
            id="a label before",
        ),
    ],
)
def test_names_that_are_proposed(text: str, names: Names):
    assert any(names in unit for unit in proposed(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("OS was 80% in the A group, a difference of 2 points.", "group, a", id="behind a comma"),
        pytest.param(
            "OS of the A group was remarkably lower than of B (20% v 31%).", "remarkably", id="a degree"
        ),
        pytest.param("There were 8 complete and 9 partial ones, i.e. an ORR of 50%.", "i.e", id="i.e."),
        pytest.param("At the best available assessment ORR was 30%.", "30", id="a value"),
        pytest.param("PFS was 9 months by investigator assessment.", "investigator", id="an assessor"),
        pytest.param("OS was 70% for the first time.", "first", id="the first time"),
        pytest.param("ORR was 62% in women.", "women", id="women alone"),
        pytest.param("ORR was 62% in 2015.", "2015", id="a year alone"),
        pytest.param("In the response-evaluable set ORR was 63%.", "set", id="an analysis set"),
        pytest.param("Of 40 patients treated with A seven (18%) responded.", "seven", id="a count"),
    ],
)
def test_words_that_are_not_proposed(text: str, name: str):
    said = [n for unit in proposed(text) for names in unit for n in names if n]
    assert not any(name in n for n in said)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(
            "Of 60 patients, two of whom had died, 30 responded (ORR 50%).", ("died",), id="of whom"
        ),
        pytest.param("Seven (15%) responded, an ORR of 15%.", ("Seven",), id="a count is no name"),
        pytest.param(
            "Patients were seen (age 60, 30; stage 2, 14). PFS was 80% and 70%.",
            ("age", "stage"),
            id="no groups",
        ),
        pytest.param(
            "ORR was 30% / 40% / 50%. PFS was 60% / 70% / 80%.", ("30%", "40%", "50%"), id="cells of figures"
        ),
    ],
)
def test_names_that_are_not_proposed(text: str, names: Names) -> None:
    assert not any(names in proposals for proposals in proposed(text))
