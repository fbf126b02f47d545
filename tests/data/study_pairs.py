"""Pairs of reports of one study that are not one reference: synthetic, written for these tests.

Each study below is told four times: at a congress, at another congress (an encore), in the journal
when it was over, and, where it is a methods or a two-part paper, as parts I and II. Names, numbers
and results are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.records import Record


@dataclass(frozen=True)
class Study:
    drug: str
    disease: str
    setting: str
    authors: tuple[str, ...]
    n: int
    n_final: int
    result: str
    final_result: str
    name: str = ""
    number: str = ""
    year: int = 2018


PEOPLE = {
    "a": ("Ashworth P", "Brand L", "Castell M", "Dorn H"),
    "b": ("Eriks J", "Falk T", "Grau S", "Holm B", "Ives R"),
    "c": ("Jansen W", "Koch D", "Lindt A"),
    "d": ("Marek V", "Novak P", "Olsen K", "Petri F", "Quist N", "Roth E"),
    "e": ("Sander G", "Thiel M", "Urban O", "Vogel C"),
    "f": ("Wirth A", "Xander L", "Yates B"),
}
# fmt: off
STUDIES = [
    Study("velarutumab", "relapsed multiple myeloma", "after three lines", PEOPLE["a"], 84, 152,
          "median PFS 5.2 months", "median PFS 6.1 months", "ORION-2", "NCT09000001"),
    Study("tocinostat", "peripheral T-cell lymphoma", "in older patients", PEOPLE["b"], 40, 77,
          "ORR 31%", "ORR 36%", "", "NCT09000002", 2016),
    Study("belarafenib", "BRAF-mutated melanoma", "with brain metastases", PEOPLE["c"], 28, 61,
          "intracranial response 44%", "intracranial response 47%", "NORTHSTAR", "", 2017),
    Study("daxomide", "newly diagnosed myeloma", "not fit for transplant", PEOPLE["d"], 301, 612,
          "hazard ratio 0.61", "hazard ratio 0.58", "GALENE", "NCT09000004", 2019),
    Study("ipravoclax", "chronic lymphocytic leukaemia", "with deletion 17p", PEOPLE["e"], 66, 107,
          "undetectable MRD 22%", "undetectable MRD 29%", "", "", 2015),
    Study("sorvatinib", "renal cell carcinoma", "after sunitinib", PEOPLE["f"], 93, 188,
          "median OS 14.9 months", "median OS 16.2 months", "HELIOS", "", 2014),
    Study("enzaparib", "BRCA-mutated ovarian cancer", "as maintenance", PEOPLE["a"], 130, 262,
          "hazard ratio 0.44", "hazard ratio 0.41", "", "EudraCT 2013-900007-11", 2015),
    Study("lutravedotin", "HER2-low breast cancer", "after chemotherapy", PEOPLE["b"], 54, 110,
          "ORR 39%", "ORR 37%", "DAWN-1", "NCT09000008", 2020),
    Study("mirogliptin", "type 2 diabetes", "on metformin", PEOPLE["c"], 212, 430,
          "HbA1c -0.7 points", "HbA1c -0.6 points", "", "NCT09000009", 2012),
    Study("carfolate", "mantle cell lymphoma", "in first relapse", PEOPLE["d"], 37, 71,
          "complete response 19%", "complete response 23%", "", "", 2013),
    Study("obexelumab", "systemic lupus", "with nephritis", PEOPLE["e"], 73, 146,
          "renal response 34%", "renal response 38%", "LUNARIS", "NCT09000011", 2019),
    Study("pralsetinib beta", "RET-fusion lung cancer", "never treated", PEOPLE["f"], 29, 75,
          "ORR 72%", "ORR 70%", "", "NCT09000012", 2020),
    Study("avelocept", "rheumatoid arthritis", "despite methotrexate", PEOPLE["a"], 119, 240,
          "ACR20 51%", "ACR20 55%", "TERRA-3", "", 2011),
    Study("nimovir", "chronic hepatitis C", "with cirrhosis", PEOPLE["b"], 88, 174,
          "SVR12 91%", "SVR12 93%", "", "NCT09000014", 2014),
    Study("zelocitinib", "ulcerative colitis", "after infliximab", PEOPLE["c"], 142, 283,
          "remission 17%", "remission 19%", "", "NCT09000015", 2018),
    Study("fostamavir", "influenza", "in hospital", PEOPLE["d"], 205, 398,
          "median stay 4.1 days", "median stay 4.3 days", "AEOLUS", "", 2016),
    Study("rivostatin", "familial hypercholesterolaemia", "in adolescents", PEOPLE["e"], 48, 96,
          "LDL -38%", "LDL -41%", "", "ISRCTN90000017", 2010),
    Study("kelimab", "severe asthma", "with eosinophilia", PEOPLE["f"], 160, 322,
          "rate ratio 0.52", "rate ratio 0.49", "BREEZE-1", "NCT09000018", 2017),
    Study("tandomide", "amyloidosis", "with cardiac involvement", PEOPLE["a"], 33, 58,
          "haematological response 61%", "haematological response 64%", "", "", 2019),
    Study("gemoxaban", "atrial fibrillation", "on dialysis", PEOPLE["b"], 250, 499,
          "major bleeding 5.1%", "major bleeding 4.8%", "ANCHOR-HD", "NCT09000020", 2021),
    Study("peritaxel", "pancreatic cancer", "second line", PEOPLE["c"], 61, 125,
          "median OS 6.0 months", "median OS 6.4 months", "", "NCT09000021", 2013),
    Study("isopramab", "anti-CD38 exposed myeloma", "as retreatment", PEOPLE["d"], 26, 49,
          "ORR 27%", "ORR 31%", "", "", 2022),
]
# fmt: on
TEAMS = ("Toxicity was looked for at each visit", "Response was assessed locally")


def congress(study: Study) -> Record:
    """The first report, at a winter congress."""
    shown = f"{study.name}: " if study.name else ""
    return Record(
        title=f"{shown}{study.drug.capitalize()} for {study.disease} {study.setting}: interim results",
        abstract=_interim_text(study),
        authors=study.authors,
        year=study.year,
        journal="Blood",
        volume=str(study.year - 1880),
        issue="Suppl 1",
        pages=str(1000 + study.n),
        publication_types=("Conference Abstract",),
        conference="Annual Meeting of the Winter Society",
    )


def encore(study: Study, *, reworded: bool, same_year: bool) -> Record:
    """The same abstract at another congress, word for word or touched up."""
    first = congress(study)
    title = first.title.replace("interim results", "first results") if reworded else first.title
    abstract = first.abstract.replace("We report", "Here we present again").replace("%", " %")
    return Record(
        title=title,
        abstract=abstract if reworded else first.abstract,
        authors=(study.authors[1], study.authors[0], *study.authors[2:]) if reworded else study.authors,
        year=study.year if same_year else study.year + 1,
        journal="HemaSphere" if same_year else "Blood",
        volume=str(study.year - 2015) if same_year else str(study.year - 1879),
        issue="S1" if same_year else "Suppl 1",
        pages=f"P{study.n}" if same_year else str(2000 + study.n),
        publication_types=("Conference Abstract",),
        conference="Spring Congress" if same_year else "Annual Meeting of the Winter Society",
    )


def final(study: Study) -> Record:
    """The paper, with all patients and longer follow-up."""
    name = f" ({study.name})" if study.name else ""
    return Record(
        title=f"{study.drug.capitalize()} in {study.disease} {study.setting}{name}: final analysis",
        abstract=(
            f"BACKGROUND: Few options exist {study.setting} for {study.disease}. METHODS: In this "
            f"study {study.n_final} patients received {study.drug}. {TEAMS[study.n % 2]}. FINDINGS: With a "
            f"follow-up of {study.n % 20 + 24} months, the {study.final_result}. INTERPRETATION: "
            "The benefit lasted. " + (f"FUNDING: none. Registered as {study.number}." if study.number else "")
        ),
        authors=(*study.authors, "Zander M", "Zoller T"),
        year=study.year + 2,
        journal="The Lancet Oncology",
        volume=str(study.year - 1998),
        issue="4",
        pages=f"{study.n}-{study.n + 11}",
        doi=f"10.9999/final.{study.n}",
    )


def part(study: Study, number: str) -> Record:
    """One half of a paper in two parts, in one issue."""
    subject = {"I": "efficacy", "1": "efficacy", "II": "safety and quality of life", "2": "safety"}[number]
    start = study.n + (0 if number in ("I", "1") else 12)
    return Record(
        title=f"{study.drug.capitalize()} for {study.disease} {study.setting}, part {number}: {subject}",
        abstract=(
            f"This is part {number} of our report on {study.drug} in {study.disease}. Of {study.n_final} "
            f"patients, all were eligible for the analysis of {subject}; the main figure was "
            f"{study.final_result}."
        ),
        authors=study.authors,
        year=study.year + 3,
        journal="Annals of Long Reports",
        volume="12",
        issue="2",
        pages=f"{start}-{start + 9}",
        doi=f"10.9999/part.{study.n}.{number}",
    )


def _interim_text(study: Study) -> str:
    registered = f" ({study.number})" if study.number else ""
    return (
        f"Introduction: {study.disease.capitalize()} {study.setting} has a poor outlook. We report the "
        f"interim analysis of {study.drug}{registered}. Methods: Adults received {study.drug} until "
        f"progression. Results: {study.n} patients were treated at {study.n // 9 + 2} sites between "
        f"{study.year - 3} and {study.year - 1}; {study.result}. Grade 3 events were seen in "
        f"{study.n % 30 + 11}%. Conclusion: {study.drug} is active {study.setting}; the study goes on."
    )


def pairs() -> list[tuple[str, Record, Record]]:
    """Kind, one report and another, 88 pairs."""
    found = []
    for at, study in enumerate(STUDIES):
        found.append(("encore", congress(study), encore(study, reworded=at % 3 == 2, same_year=at % 2 == 0)))
        found.append(("interim and final", congress(study), final(study)))
        numbers = ("I", "II") if at % 2 else ("1", "2")
        found.append(("parts", part(study, numbers[0]), part(study, numbers[1])))
        found.append(("encore and final", encore(study, reworded=True, same_year=True), final(study)))
    return found
