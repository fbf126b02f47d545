"""How many patients, how long followed, what design."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor


def facts(text: str) -> tuple[int | None, float | None, str]:
    found = Extractor().extract(text).facts
    return found.n_total, found.follow_up_months, found.design


@pytest.mark.parametrize(
    ("text", "n_total"),
    [
        pytest.param("A total of 425 patients were enrolled.", 425, id="total enrolled"),
        pytest.param("We enrolled 32 patients.", 32, id="we enrolled"),
        pytest.param("Forty-five patients were randomly assigned.", 45, id="in words"),
        pytest.param("One hundred ninety-four women were included.", 194, id="hundreds in words"),
        pytest.param("Between 1992 and 2000, 1,991 patients were randomised.", 1991, id="not the year"),
        pytest.param("Patients were randomised to A (n = 76) or B (n = 73).", 149, id="arms summed"),
        pytest.param(
            "Forty-three patients were randomised to A and 50 patients were randomised to B.",
            93,
            id="arms in words",
        ),
        pytest.param("Of 143 charts screened, 97 patients were included.", 97, id="screened is not it"),
        pytest.param("64 patients were screened and 52 enrolled.", 52, id="enrolled after screened"),
        pytest.param(
            "From 1,914 records, 23 publications on 1,608 patients were kept.", 1608, id="over studies"
        ),
        pytest.param("We planned to enrol 174 patients.", None, id="planned"),
        pytest.param("The sample size was 300 patients.", None, id="sample size"),
        pytest.param("Doses of 100 mg were given for 6 weeks.", None, id="doses"),
        pytest.param("In total, 2938 records were identified.", None, id="records"),
        pytest.param(
            "Drug A or B. We randomly assigned 210 women to receive A and 198 to receive B.",
            408,
            id="two arms",
        ),
        pytest.param("A or B. In all, 61 patients received A and 58 B.", 119, id="two arms, the noun once"),
        pytest.param("A or B in gout. Patients took A (n=41), B (n=39) or C (n=44).", 124, id="three arms"),
        pytest.param(
            "A or B. Women (N = 122) were randomly assigned to A (n = 60) or B (n = 62).",
            122,
            id="whole and arms",
        ),
        pytest.param(
            "A or B. 402 patients were screened and 318 were randomly assigned (159 in each group).",
            318,
            id="each group",
        ),
        pytest.param(
            "A in lymphoma. We evaluated 190 patients and included 171.", 171, id="evaluated, included"
        ),
        pytest.param("A in gout. The charts of 88 patients were reviewed.", 88, id="charts of patients"),
        pytest.param("A in gout. Of 88 charts, 12 were empty; 76 patients were analysed.", 76, id="charts"),
        pytest.param("A in gout. One hundred and four pts were enrolled.", 104, id="and in words"),
        pytest.param(
            "A in gout. We identified 1 204 patients in a registry.", 1204, id="a space in thousands"
        ),
        pytest.param(
            "A in gout. Seventy patients were enrolled. The response rate was 40% (28/70); 12 patients died.",
            70,
            id="some of them",
        ),
        pytest.param(
            "A in gout. Forty patients were enrolled, with a mean age of 55 vs 57 years. A trial of B is"
            " recruiting 110 patients.",
            40,
            id="the next trial",
        ),
        pytest.param(
            "A in gout: a review. Nine trials enrolling 2,310 patients were found.", 2310, id="trials"
        ),
        pytest.param(
            "A in gout: study protocol for a trial. In total, 90 patients will be enrolled.",
            None,
            id="protocol",
        ),
        pytest.param("A in gout. On 31 May 2020 the study began in 12 hospitals.", None, id="date"),
    ],
)
def test_the_study_size_is_the_people_in_it(text: str, n_total: int | None):
    assert facts(text)[0] == n_total


@pytest.mark.parametrize(
    ("text", "months"),
    [
        pytest.param("Median follow-up was 13.8 months.", 13.8, id="plain"),
        pytest.param("With a median follow-up of 9.9 years, patients did well.", 118.8, id="years"),
        pytest.param("Median follow-up was 22·7 months (IQR 17·9–27·4).", 22.7, id="middle dot"),
        pytest.param("Patients were followed for a median of 61 weeks.", 14.03, id="followed for"),
        pytest.param("With 15.1 months of median follow-up, few died.", 15.1, id="value first"),
        pytest.param("Median f/u 14.0mo.", 14.0, id="f/u"),
        pytest.param("Med. FU 7.1 mo. RP2D was 3 mg.", 7.1, id="med. FU"),
        pytest.param("FU 16 mo (med.). Two died.", 16.0, id="median behind"),
        pytest.param("Follow-up, 43 months (median), was complete.", 43.0, id="median in brackets"),
        pytest.param(
            "Follow-up ranged from 3 to 60 months (median, 24 months).", 24.0, id="range, then median"
        ),
        pytest.param(
            "After 33.5 months of follow-up (median) the medians were 9.4 months.", 33.5, id="medians"
        ),
        pytest.param("After a median of 74 months, 98 events had occurred.", 74.0, id="after a median of"),
        pytest.param("Median observation is 64 months.", 64.0, id="observation"),
        pytest.param("The median potential follow-up was 41 months.", 41.0, id="potential"),
        pytest.param("Median (IQR) follow-up was 22.1 (18.0-25.3) months.", 22.1, id="range before the unit"),
        pytest.param("OS at a median follow-up of 12.3 and 11.9 months was alike.", 12.3, id="of two arms"),
        pytest.param("Median follow-up of survivors was 5 years.", 60.0, id="of survivors"),
        pytest.param(
            "The first report (median follow-up, 2 years) was positive. Median follow-up is now 6 years.",
            72.0,
            id="the longer of two",
        ),
        pytest.param("Minimum follow-up was 12 months and the median was 20 months.", 20.0, id="minimum too"),
        pytest.param(
            "With 31 months of median follow-up, A had a 3-year OS of 60%.", 31.0, id="then a result"
        ),
        pytest.param(
            "After a median follow-up of 19 months, median OS was 40 months.", 19.0, id="then a median"
        ),
        pytest.param("Follow-up: 47 months. Few died.", 47.0, id="no median"),
        pytest.param("Follow-up (median): 98 months.", 98.0, id="median named in brackets"),
        pytest.param("After a median FU of 2\u00bd years few had died.", 30.0, id="two and a half"),
        pytest.param("Median follow-up from relapse was 44 months.", 44.0, id="from relapse"),
        pytest.param("There were 12 events with A after a median of 16.4 months.", 16.4, id="events after"),
        pytest.param("Patients died after a median of 4 months.", None, id="time to death"),
        pytest.param("We studied A at a median of 163 days after B.", None, id="interval between drugs"),
        pytest.param("Outcomes were measured at 12-month follow-up.", None, id="a visit"),
        pytest.param("During follow-up, patients relapsed at a median of 10 months.", None, id="relapse"),
        pytest.param("Relapse was observed after a median of 3 months.", None, id="observed relapse"),
        pytest.param("A was followed by B for a median of 12 months.", None, id="followed by a drug"),
        pytest.param("The order followed was the same (7.7 and 9.4 months).", None, id="followed"),
        pytest.param("Patients were followed; their median age was 64 years.", None, id="age"),
        pytest.param(
            "Median follow-up ranged from 1.9-43.0 months across trials.", None, id="range over studies"
        ),
        pytest.param("Follow-up visits took place every 3 months.", None, id="visits"),
        pytest.param("Median overall survival was 12 months.", None, id="survival"),
    ],
)
def test_median_follow_up_is_in_months(text: str, months: float | None):
    assert facts(text)[1] == months


@pytest.mark.parametrize(
    ("text", "design"),
    [
        pytest.param(
            "Drug A or B in myeloma: a randomised phase 3 trial. Patients took A or B.", "rct", id="title"
        ),
        pytest.param("A versus B. In all, 80 patients were randomly assigned to A or B.", "rct", id="body"),
        pytest.param(
            "Drug A in lymphoma: a single-arm phase 2 study. Patients took A.",
            "nonrandomised_trial",
            id="single arm",
        ),
        pytest.param(
            "Drug A for relapse. A phase 2 study. A randomised trial is being planned.",
            "nonrandomised_trial",
            id="only planned",
        ),
        pytest.param(
            "Drug A in routine practice. We reviewed the records of 60 patients.",
            "observational",
            id="records",
        ),
        pytest.param("A retrospective study of 60 patients given A.", "observational", id="retrospective"),
        pytest.param("Retreatment with A: a systematic review. MEDLINE was searched.", "review", id="review"),
        pytest.param(
            "Guidelines on drug A: an expert consensus. Recommendations were agreed.", "other", id="guideline"
        ),
        pytest.param(
            "A or B in gout. Women were allocated by telephone to A or to B.", "rct", id="allocated"
        ),
        pytest.param(
            "A or B in gout. In this double-blind study we assigned, in a 2:1 ratio, men to A or placebo.",
            "rct",
            id="ratio",
        ),
        pytest.param(
            "A in gout. A phase 2 study. Patients were assigned by prior exposure to A or B.",
            "nonrandomised_trial",
            id="assigned by what they had",
        ),
        pytest.param(
            "A in gout. In this single-arm trial patients took A. Randomised comparison is warranted.",
            "nonrandomised_trial",
            id="single-arm trial",
        ),
        pytest.param(
            "A in gout: a phase 1 study with an expansion cohort. Pts took A.",
            "nonrandomised_trial",
            id="a cohort of a trial",
        ),
        pytest.param(
            "A in gout in nine hospitals Background: Randomised trials are lacking. We reviewed records.",
            "observational",
            id="title without a full stop",
        ),
        pytest.param(
            "A for gout in nine hospitals A was approved on a randomised cohort. We looked back on 40 cases.",
            "observational",
            id="title that runs on",
        ),
        pytest.param(
            "A or B for gout after surgery: thirty years. B has never been in a randomised study. In all, 40"
            " patients took A at our institution.",
            "observational",
            id="never randomised",
        ),
        pytest.param(
            "Age and benefit from A in gout: pooled analysis of two randomised trials. Patients took A or B.",
            "rct",
            id="pooled trials",
        ),
        pytest.param(
            "A in gout. We assigned 80 women with no more than two attacks to A or B.",
            "rct",
            id="no, elsewhere",
        ),
        pytest.param("A in gout. We looked back on 40 pts who took A.", "observational", id="looked back"),
        pytest.param(
            "A in gout: a registry study. We identified 40 patients.", "observational", id="registry"
        ),
        pytest.param(
            "A in gout: how much do we gain? Meta-analysis of 12 studies. Most were retrospective.",
            "review",
            id="title of two sentences",
        ),
        pytest.param(
            "A in gout: protocol for a cohort study. Patients will be followed for two years.",
            "other",
            id="protocol of a study that is no randomised trial",
        ),
        pytest.param(
            "A in gout: study protocol for a randomised trial. Patients will be randomised to A or B.",
            "rct",
            id="protocol",
        ),
        pytest.param(
            "A or B in gout: a matching-adjusted indirect comparison. Patients on A were weighted.",
            "other",
            id="indirect comparison",
        ),
        pytest.param(
            "Costs of A in gout: a claims study. Costs were added up per patient.",
            "other",
            id="what it costs",
        ),
        pytest.param(
            "How drug A works in mice. Cell lines and mice were treated.", "other", id="preclinical"
        ),
    ],
)
def test_the_design_is_what_was_done(text: str, design: str):
    assert facts(text)[2] == design
