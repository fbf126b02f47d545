"""The same results told in other words, and what looks like them; every sentence is synthetic."""

from __future__ import annotations

import pytest

from classifier.extraction import Extractor, load_extractor

TITLE = "Zorinib in lung cancer. "


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


def told(extractor: Extractor, text: str) -> str:
    """Every result of a text in a few words: "ORR 25; HR PFS 0.7; OS 66 at 24"."""
    found = []
    for f in extractor.extract(TITLE + text).findings:
        kind = {"hazard_ratio": "HR ", "mean": "mean "}.get(str(f.statistic), "")
        value = "NR" if f.value is None else f"{f.value:g}"
        when = "" if f.timepoint_months is None else f" at {f.timepoint_months:g}"
        found.append(f"{kind}{f.endpoint} {value}{when}")
    return "; ".join(sorted(found))


STATED = [
    (
        "Responses: 18/59 (31%) with A, 11/59 (19%) with B, 12/76 (16%) with C.",
        "ORR 16; ORR 19; ORR 31",
    ),
    (
        "Responses by dose level are listed. DL1: 0/3. DL2: 1/5. DL3: 7/12.",
        "ORR 0; ORR 20; ORR 58.3",
    ),
    (
        "The ORR was 40% (20/50). Arm E: 11/16. Arm F: 3/12.",
        "ORR 25; ORR 40; ORR 68.8",
    ),
    (
        "The ORR was 40% (20/50). By dose: 60 mg, 1/3; 75 mg, 20/37; 90 mg, 3/6.",
        "ORR 33.3; ORR 40; ORR 50; ORR 54.1",
    ),
    (
        "Median PFS was 6.6 months. By line: first, 9.3; second, 7.6; third, 5.8 months.",
        "PFS 5.8; PFS 6.6; PFS 7.6; PFS 9.3",
    ),
    (
        (
            "ORR in subgroups was: age over 75, 71.0% (22/31); Black patients, 85.0% (17/20); high risk, "
            "67.4% (31/46)."
        ),
        "ORR 67.4; ORR 71; ORR 85",
    ),
    (
        "There were 16 responses among 60 patients (27%).",
        "ORR 27",
    ),
    (
        "There were 16 responses in 60 patients.",
        "ORR 26.7",
    ),
    (
        "We saw 9 responses among 45 evaluable patients.",
        "ORR 20",
    ),
    (
        "At the low dose 0 responses in 4 patients were recorded.",
        "ORR 0",
    ),
    (
        "Responders numbered three of six and five of eight at the two doses.",
        "ORR 50; ORR 62.5",
    ),
    (
        "Part 1 produced no objective responses.",
        "ORR 0",
    ),
    (
        "Response was seen in 29 vs 14% of patients.",
        "ORR 14; ORR 29",
    ),
    (
        "Responses were had by 22%, 21% and 26% of the patients.",
        "ORR 21; ORR 22; ORR 26",
    ),
    (
        (
            "A partial response or better was achieved by 63% (40/64) of the younger, but by only 25% "
            "(5/20) of older patients."
        ),
        "ORR 25; ORR 63",
    ),
    (
        ("The total effective rate (CR + PR) was 57.1% (24/42) in group A and 35.7% (15/42) in group B."),
        "ORR 35.7; ORR 57.1",
    ),
    (
        "The effective rates were 61.2% and 43.1% in the two groups.",
        "ORR 43.1; ORR 61.2",
    ),
    (
        "The short-term efficacy rate (CR+PR) was 44%.",
        "ORR 44",
    ),
    (
        "Of 36 patients escalated, 8 (22.2%) regained a response.",
        "ORR 22.2",
    ),
    (
        "Of 37 evaluable patients, 11 responded (29.7%), three with a complete response.",
        "ORR 29.7",
    ),
    (
        "Of the 20 patients treated, 8 had an objective response (40%).",
        "ORR 40",
    ),
    (
        "24 patients achieved at least a PR (52.2%).",
        "ORR 52.2",
    ),
    (
        "CR was seen in 32 and PR in 13, 82% together (90% CI 71-90).",
        "ORR 82",
    ),
    (
        "Eight complete and 12 partial responses were recorded, for an overall rate of 40%.",
        "ORR 40",
    ),
    (
        "Partial responses were seen in two (5.6%) of the 36 evaluable patients; none was complete.",
        "ORR 5.6",
    ),
    (
        (
            "The pooled HR for PFS was 0.54 (95% CI 0.48-0.61). It was 0.51 (0.43-0.60) in the younger "
            "and 0.59 (0.49-0.72) in the older stratum."
        ),
        "HR PFS 0.51; HR PFS 0.54; HR PFS 0.59",
    ),
    (
        "PFS HR was 0.33 (0.22-0.49). With soft-tissue disease it was 0.61 (0.33-1.12).",
        "HR PFS 0.33; HR PFS 0.61",
    ),
    (
        (
            "Hazard ratios were 1.21 (95% CI 0.98-1.49) for gain and 1.87 (95% CI 1.41-2.48) for "
            "amplification with regard to PFS, and 1.32 (95% CI 0.98-1.78) and 2.24 (95% CI 1.58-3.18) "
            "with regard to OS."
        ),
        "HR OS 1.32; HR OS 2.24; HR PFS 1.21; HR PFS 1.87",
    ),
    (
        (
            "Median PFS was 5.1 months. On multivariate analysis, poor performance (HR 2.1, p<0.001) and "
            "brain disease (HR 1.5, p=0.02) were linked to OS."
        ),
        "HR OS 1.5; HR OS 2.1; PFS 5.1",
    ),
    (
        (
            "On multivariable analysis, disease at relapse (HR 2.71, 95% CI 1.68-4.37) and elevated LDH "
            "(HR 1.94, 95% CI 1.25-3.01) were unfavourable for OS."
        ),
        "HR OS 1.94; HR OS 2.71",
    ),
    (
        (
            "A disease-free interval above 24 months (HR 0.38; 0.20-0.73) and fewer lesions (HR 0.51; "
            "0.28-0.93) were predictive of longer OS."
        ),
        "HR OS 0.38; HR OS 0.51",
    ),
    (
        "Death was halved by both drugs (HR 0.43, 0.28-0.67).",
        "HR OS 0.43",
    ),
    (
        "The risk of dying was lower with A (HR 0.71; 95% CI 0.55-0.90).",
        "HR OS 0.71",
    ),
    (
        (
            "Weighted hazard ratios for OS with A as the reference were 1.09 (95% CI, 0.79-1.50) for B "
            "and 1.88 (95% CI, 1.41-2.50) for C."
        ),
        "HR OS 1.09; HR OS 1.88",
    ),
    (
        (
            "The HR for OS was 1.02 (95% CI 0.88-1.18) and that for PFS 0.97 (95% CI 0.84-1.11). From "
            "cohorts the respective estimates were 0.76 (0.67-0.86) and 0.84 (0.74-0.96)."
        ),
        "HR OS 0.76; HR OS 1.02; HR PFS 0.84; HR PFS 0.97",
    ),
    (
        "OS favoured A in all subgroups (HR: young, 0.71; old, 0.79; unfit, 1.22).",
        "HR OS 0.71; HR OS 0.79; HR OS 1.22",
    ),
    (
        (
            "Patients in the A group lived without progression for a median of 7.4 months, those in the "
            "placebo group for 6.8 months."
        ),
        "PFS 6.8; PFS 7.4",
    ),
    (
        "Median survival was 8.1 months under A, 8.7 under B, and 10.9 under C.",
        "OS 10.9; OS 8.1; OS 8.7",
    ),
    (
        "OS medians lay close together, at 18.9 and 15.2 months.",
        "OS 15.2; OS 18.9",
    ),
    (
        "There was no gradient: 9.8, 9.5 and 9.7 months of median OS at the three doses.",
        "OS 9.5; OS 9.7; OS 9.8",
    ),
    (
        "After a median follow-up of 26.7 months neither median PFS nor median OS was reached.",
        "OS NR; PFS NR",
    ),
    (
        "Neither the median PFS nor the median OS had been reached.",
        "OS NR; PFS NR",
    ),
    (
        "Median PFS was 3.9 and 7.4 months earlier; with longer follow-up, it is 4.0 and 8.1 months.",
        "PFS 3.9; PFS 4; PFS 7.4; PFS 8.1",
    ),
    (
        (
            "Median PFS was 28.1 and 16.0 months at the primary analysis. At this update the respective "
            "medians are 38.4 and 21.5 months."
        ),
        "PFS 16; PFS 21.5; PFS 28.1; PFS 38.4",
    ),
    (
        (
            "The 1-, 3- and 5-year overall survival was as follows. RE: 92.1%, 70.4%, 54.9%. RFA: 93.0%, "
            "66.8%, 50.2%."
        ),
        "OS 50.2 at 60; OS 54.9 at 60; OS 66.8 at 36; OS 70.4 at 36; OS 92.1 at 12; OS 93 at 12",
    ),
    (
        (
            "Survival rates after 1, 2 and 3 years in the A group were 78.2%, 49.1% and 34.5%. Those of "
            "the control group, 67.3%, 36.4% and 20.0%, were lower."
        ),
        "OS 20 at 36; OS 34.5 at 36; OS 36.4 at 24; OS 49.1 at 24; OS 67.3 at 12; OS 78.2 at 12",
    ),
    (
        "At 24 months 54% were free of an event. Survival at the same time was 95% and 84%.",
        "OS 84 at 24; OS 95 at 24",
    ),
    (
        "The 3-year PFS was 40% and 52%. OS at that time was 60% and 70%.",
        "OS 60 at 36; OS 70 at 36; PFS 40 at 36; PFS 52 at 36",
    ),
    (
        "Three deaths leave the 5-year overall survival at 98.6% for the whole trial.",
        "OS 98.6 at 60",
    ),
    (
        "With 37.3% of patients progression-free at one year, A seems useful.",
        "PFS 37.3 at 12",
    ),
    (
        "PFS was 22.3 mo (13.8-NA) and OS NR (26.9-NA).",
        "OS NR; PFS 22.3",
    ),
    (
        (
            "OS was 37%, 29%, and 26% at 5, 10 and 15 years; for disease-free survival they were 30%, "
            "25%, and 24%."
        ),
        "OS 26 at 180; OS 29 at 120; OS 37 at 60",
    ),
    (
        "The response rate was 68%, with 9% clinical complete responses.",
        "ORR 68",
    ),
    (
        (
            "The hazard ratio for death from any cause was 1.17 (0.93 to 1.47) and for death from breast "
            "cancer 1.49 (1.02 to 2.18)."
        ),
        "HR OS 1.17",
    ),
    (
        "Survival was 62% at 2 years. The rate of local failure was halved (18% v 35%).",
        "OS 62 at 24",
    ),
    (
        "Median OS was 9.6 months, which is lower than the 12.3 months of ALPHA133.",
        "OS 9.6",
    ),
    (
        "In low-risk children PFS at 4 years was 88.1% ± 3.0%, in the others 71.6% ± 4.4%.",
        "PFS 71.6 at 48; PFS 88.1 at 48",
    ),
    (
        "Ten patients achieved a PR (24%); there were no complete responses.",
        "ORR 24",
    ),
    (
        (
            "Overall response rates were 26% (95% CI, 17% to 37%) for A, including two complete "
            "responses, and 21% (95% CI, 10% to 37%) for B, with none complete."
        ),
        "ORR 21; ORR 26",
    ),
    (
        "Median PFS was longer in left-sided primaries (A, 11.0; B, 9.8 months).",
        "PFS 11; PFS 9.8",
    ),
    (
        "Of the 59 mutated patients, 40 had a partial or complete response.",
        "ORR 67.8",
    ),
    (
        "Of the 29 with measurable disease, seven had a RECIST response.",
        "ORR 24.1",
    ),
    (
        "Of 31 evaluable patients, 12 achieved an objective response.",
        "ORR 38.7",
    ),
    (
        "Among 40 patients with measurable lesions, 14 were responders.",
        "ORR 35",
    ),
    (
        "Twelve of 30 patients responded; the same was true of 5 of 20 in the control arm.",
        "ORR 25; ORR 40",
    ),
    (
        "Ten responded (40%), as opposed to 41 of the 72 others (57%).",
        "ORR 40; ORR 57",
    ),
    (
        "The response rate was 34% in the high group, in the others 15%.",
        "ORR 15; ORR 34",
    ),
    (
        "Median OS (months) was 41.2 with 5-fluorouracil and 36.7 with cisplatin.",
        "OS 36.7; OS 41.2",
    ),
    (
        "Patients lived 14.2 months on average with A and 9.1 with B.",
        "mean OS 14.2; mean OS 9.1",
    ),
    (
        "Women in the A group lived a median of 14 months and those in the B group 9 months.",
        "OS 14; OS 9",
    ),
    (
        "The median time to death was 12.1 months.",
        "OS 12.1",
    ),
    (
        "Survival time averaged 11.4 months.",
        "mean OS 11.4",
    ),
    (
        "Patients given A died at a median of 8.1 months.",
        "OS 8.1",
    ),
    (
        "Overall survival probability was 0.61 at 36 months.",
        "OS 61 at 36",
    ),
    (
        ("The probability of PFS at 2 years was 0.45 (95% CI 0.38-0.52) with A and 0.33 (0.27-0.40) with B."),
        "PFS 33 at 24; PFS 45 at 24",
    ),
    (
        (
            "Kaplan-Meier estimates of overall survival at 12 and 24 months were 72% and 51%; at the same"
            " times PFS was 44% and 20%."
        ),
        "OS 51 at 24; OS 72 at 12; PFS 20 at 24; PFS 44 at 12",
    ),
    (
        "The objective response rate with A was 44%, that with B 31%.",
        "ORR 31; ORR 44",
    ),
    (
        "The corresponding figures for PFS were 8.1 and 5.2 months.",
        "PFS 5.2; PFS 8.1",
    ),
    (
        "ORR was 41% with A. For B the figure was 22%.",
        "ORR 22; ORR 41",
    ),
    (
        "The ORR was 41% with A. With B, 22% responded.",
        "ORR 22; ORR 41",
    ),
    (
        "Tumours shrank in 45% of patients, objective response was confirmed in 31%.",
        "ORR 31",
    ),
    (
        "Response (CR or PR) was attained in 21 of 60 (35%).",
        "ORR 35",
    ),
    (
        "The best response was PR in 12 (30%) and SD in 20 (50%) patients, for an ORR of 30%.",
        "ORR 30",
    ),
    (
        "In total, 14 (28%) of 50 had an objective response: 2 complete and 12 partial.",
        "ORR 28",
    ),
    (
        "Patients with 1, 2 and 3 lines had response rates of 40%, 31% and 19%.",
        "ORR 19; ORR 31; ORR 40",
    ),
    (
        "Response rates by stage: III, 61%; IV, 42%.",
        "ORR 42; ORR 61",
    ),
    (
        "Two-year PFS by risk: low, 81%; intermediate, 60%; high, 33%.",
        "PFS 33 at 24; PFS 60 at 24; PFS 81 at 24",
    ),
    (
        "In men the hazard ratio for death was 0.71 (0.55-0.91), in women 0.93 (0.70-1.22).",
        "HR OS 0.71; HR OS 0.93",
    ),
    (
        "OS: HR 0.74 (95% CI 0.60-0.91); PFS: HR 0.66 (95% CI 0.53-0.81).",
        "HR OS 0.74; HR PFS 0.66",
    ),
    (
        (
            "PFS was longer with A (HR 0.61). ORR was 40%. The benefit in PFS was seen in men (HR 0.58) "
            "and women (HR 0.66)."
        ),
        "HR PFS 0.58; HR PFS 0.61; HR PFS 0.66; ORR 40",
    ),
    (
        "No patient responded to B.",
        "ORR 0",
    ),
    (
        "None of the 14 patients had a response.",
        "ORR 0",
    ),
    (
        "There were no objective responses in cohort 2.",
        "ORR 0",
    ),
    (
        "No objective tumour responses.",
        "ORR 0",
    ),
    (
        "All six patients responded.",
        "ORR 100",
    ),
    (
        "The ORR was 40%. Neutropenia: 33%. Rash: 12%.",
        "ORR 40",
    ),
    (
        "The ORR was 40%. Complete responses: 8%. Clinical benefit: 61%.",
        "ORR 40",
    ),
    (
        "The ORR was 40%. Discontinuation for toxicity: arm A: 12%; arm B: 9%.",
        "ORR 40",
    ),
    (
        "Median PFS was 6 months. Dose reductions: arm A 30%, arm B 22%.",
        "PFS 6",
    ),
    (
        "The 2-year OS was 60%. Men: 55%. Women: 66%.",
        "OS 55 at 24; OS 60 at 24; OS 66 at 24",
    ),
    (
        "The median had not been reached for PFS and was 31 months for OS.",
        "OS 31; PFS NR",
    ),
    (
        "PFS at 12 months reached 61% and at 24 months 40%.",
        "PFS 40 at 24; PFS 61 at 12",
    ),
    (
        "One-year and two-year survival amounted to 71% and 44%.",
        "OS 44 at 24; OS 71 at 12",
    ),
    (
        "By 24 months, 44% of patients were still alive.",
        "OS 44 at 24",
    ),
    (
        "At two years 12 of 40 patients were alive (30%).",
        "OS 30 at 24",
    ),
    (
        "Twenty-four of 60 patients showed an objective response.",
        "ORR 40",
    ),
    (
        "Objective responses: 24/60.",
        "ORR 40",
    ),
    (
        "ORR, 40% (24/60); DCR, 75%; CR, 5%.",
        "ORR 40",
    ),
    (
        "Response to A occurred in 12/40, to B in 6/38.",
        "ORR 15.8; ORR 30",
    ),
    (
        "Responders made up 35% of the younger and 22% of the older patients.",
        "ORR 22; ORR 35",
    ),
    (
        "We observed a 31% response rate.",
        "ORR 31",
    ),
    (
        "A response was documented for 31% of the patients given A against 12% of those given B.",
        "ORR 12; ORR 31",
    ),
    (
        "The proportion responding was 44% v 30%.",
        "ORR 30; ORR 44",
    ),
    (
        "The percentage of patients with an objective response was 44% in A and 30% in B.",
        "ORR 30; ORR 44",
    ),
    (
        "More patients responded to A than to B (44% vs 30%).",
        "ORR 30; ORR 44",
    ),
    (
        "Response was more frequent with A (44%) than with B (30%).",
        "ORR 30; ORR 44",
    ),
    (
        "Survival was longer with A (median, 14.1 months) than with B (11.0 months).",
        "OS 11; OS 14.1",
    ),
    (
        "Patients survived for a median of 14.1 months after A but only 11.0 months after B.",
        "OS 11; OS 14.1",
    ),
    (
        "The median survival of responders was 18 months; that of non-responders was 7 months.",
        "OS 18; OS 7",
    ),
    (
        "The hazard of death was cut by 29% (HR 0.71).",
        "HR OS 0.71",
    ),
    (
        "Mortality was reduced with A (hazard ratio 0.71; 95% CI 0.55-0.90).",
        "HR OS 0.71",
    ),
    (
        "Age (HR 1.4), stage (HR 2.0) and LDH (HR 1.8) were independent predictors of OS.",
        "HR OS 1.4; HR OS 1.8; HR OS 2",
    ),
    (
        "Independent predictors of OS were age (HR 1.4), stage (HR 2.0) and LDH (HR 1.8).",
        "HR OS 1.4; HR OS 1.8; HR OS 2",
    ),
    (
        "Median time from diagnosis to treatment was 3.1 months. Median OS was 9 months.",
        "OS 9",
    ),
    (
        (
            "Median PFS was 9 months. Patients were younger (median 61 years) and had longer disease "
            "(median 14 months)."
        ),
        "PFS 9",
    ),
    (
        "Median OS was 9 months. The gain in quality of life was seen after a median of 2.1 months.",
        "OS 9",
    ),
    (
        "The overall and complete response rates were 93% and 64%.",
        "ORR 93",
    ),
    (
        "The overall/complete response rate was 93%.",
        "ORR 93",
    ),
    (
        "The overall haematologic response rate was 81% (81/100).",
        "ORR 81",
    ),
    (
        (
            "Global response was noted in 20 patients (31.3%). Responses were observed in skin (43.8%), "
            "blood (51.6%) and lymph nodes (20.3%)."
        ),
        "ORR 31.3",
    ),
    (
        (
            "There were partial responses or better in 1 of 5 (1.2 mg/kg), 3 of 7 (1.8 mg/kg) and 2 of 6 "
            "(3.0 mg/kg)."
        ),
        "ORR 20; ORR 33.3; ORR 42.9",
    ),
    (
        "RECIST responses, all partial, were ascertained in 12 of the 60 patients (20%).",
        "ORR 20",
    ),
    (
        "All 8 patients on zorinib and 3 of 6 on placebo had a response.",
        "ORR 100; ORR 50",
    ),
    (
        "All 7 patients with the mutation responded.",
        "ORR 100",
    ),
    (
        "Of 140 patients, 86% (101 of 118) responded to treatment, 61% completely.",
        "ORR 86",
    ),
    (
        "An objective response was obtained in 31% (48/156), complete in 14%.",
        "ORR 31",
    ),
    (
        "Fifty patients responded (overall response rate 90%) and 41 of these responses were major (82%).",
        "ORR 90",
    ),
    (
        "The ORR was 58%, with 19 patients (44%) in metabolic complete remission.",
        "ORR 58",
    ),
    (
        "The 2-year PFS was 69%, meeting the primary objective of a 2-year PFS exceeding 40%.",
        "PFS 69 at 24",
    ),
    (
        "Median OS was 18.8, NE and 11.8 months.",
        "OS 11.8; OS 18.8; OS NR",
    ),
    (
        "Median PFS and OS were 7.2/NR months.",
        "OS NR; PFS 7.2",
    ),
    (
        "mPFS/mOS were 6.9/NR months for untreated and 4.1/12.6 months for treated patients.",
        "OS 12.6; OS NR; PFS 4.1; PFS 6.9",
    ),
    (
        (
            "Median OS was 18.9 months (95% CI, 15.1 to could not be estimated), and 68% of patients were "
            "alive at 12 months."
        ),
        "OS 18.9; OS 68 at 12",
    ),
    (
        "Day-100 survival was 68%.",
        "OS 68 at 3.29",
    ),
    (
        "Zorinib cut the risk of progression or death (pooled HR 0.34) and of death (pooled HR 0.43).",
        "HR OS 0.43; HR PFS 0.34",
    ),
    (
        (
            "Neither the hazard ratio for progression or death (0.85; 95% CI 0.63-1.14) nor that for death "
            "(0.88; 95% CI 0.61-1.26) was significant."
        ),
        "HR OS 0.88; HR PFS 0.85",
    ),
    (
        "Donor type did not affect mortality (HR 1.13; 95% CI, 0.71-1.80).",
        "HR OS 1.13",
    ),
    (
        "High LDH multiplied the hazard of death by 2.9 (95% CI 1.5-5.4).",
        "HR OS 2.9",
    ),
    (
        (
            "The adjusted hazard of death was 0.80 (0.75-0.85) in the second period and 0.54 (0.50-0.58) in "
            "the third."
        ),
        "HR OS 0.54; HR OS 0.8",
    ),
    (
        (
            "No gain in OS was found below 3 cm (HR = 0.91), whereas it was clear between 3 and 7 cm (HR = "
            "0.51)."
        ),
        "HR OS 0.51; HR OS 0.91",
    ),
    (
        "rwPFS was 7.6 months, rwTTD 5.5 months and OS 16.4 months.",
        "OS 16.4; PFS 7.6",
    ),
    (
        "Median hepatic PFS was 9.0 months, while PFS was 7.6 months.",
        "PFS 7.6",
    ),
    (
        "The ORR was 94% with a CR rate of 87%.",
        "ORR 94",
    ),
    (
        "At the end of treatment the ORR was 74% with a complete response in 30%.",
        "ORR 74",
    ),
    (
        "The ORR was 66% at 200 mg, including 41% CR, and 45% at 50 mg, incl. 24% CR.",
        "ORR 45; ORR 66",
    ),
    (
        (
            "The pooled ORR was 0.41 (95% CI 0.33-0.48) and the pooled disease control rate 0.83 (95% "
            "CI 0.79-0.87)."
        ),
        "ORR 41",
    ),
    (
        "ORR, usually including minor response, was 74%, 65% and 90%, in the same order.",
        "ORR 65; ORR 74; ORR 90",
    ),
    (
        (
            "Median PFS with 2 mg, at 5.7 months (95% CI, 4.6-7.4), exceeded that with 1 mg, at 3.8 "
            "months (95% CI, 2.9-4.8)."
        ),
        "PFS 3.8; PFS 5.7",
    ),
    (
        "Two years after entry, 57% were alive.",
        "OS 57 at 24",
    ),
    (
        ("One-year PFS, 21% versus 53%; one-year OS, 36% versus 74%, at 14 months of median follow-up."),
        "OS 36 at 12; OS 74 at 12; PFS 21 at 12; PFS 53 at 12",
    ),
    (
        (
            "Relapse within six months of transplantation did badly, with 22% OS at one year versus "
            "53% for later relapse."
        ),
        "OS 22 at 12; OS 53 at 12",
    ),
    (
        "Forty patients on zorinib (45%) and 43 on tamoxin (51%) responded.",
        "ORR 45; ORR 51",
    ),
    (
        "Twenty women given zorinib (50%) versus 12 given placebo (30%) had a response.",
        "ORR 30; ORR 50",
    ),
    (
        "Of 23 patients with brain metastases, 11 (47.8%) had a systemic response.",
        "ORR 47.8",
    ),
    (
        "A partial response was attained in 98 and a complete one in 7 patients, 56% altogether.",
        "ORR 56",
    ),
    (
        ("After two weeks 11 of 38 patients (29%) already fulfilled the criteria of clinical response."),
        "ORR 29",
    ),
    (
        ("Five-year overall survival was 41 per cent with surgery and 20 per cent with chemoradiotherapy."),
        "OS 20 at 60; OS 41 at 60",
    ),
    (
        "None of them achieved a CR, CRi or PR.",
        "ORR 0",
    ),
    (
        "Progression-free survival ranged from 1 to 41 months, with a median of 5.4 months.",
        "PFS 5.4",
    ),
    (
        "ORR 91% / 72% / 80%; median PFS in months NR / 11.4 / 21.7.",
        "ORR 72; ORR 80; ORR 91; PFS 11.4; PFS 21.7; PFS NR",
    ),
    (
        ("Adjusted HR for PFS: R vs P 0.82 (95% CI 0.69-0.97; p=0.02); A vs P 0.85 (95% CI 0.67-1.08)."),
        "HR PFS 0.82; HR PFS 0.85",
    ),
    (
        (
            "The HR was 0.79 (95% CI 0.59-1.05) for OS and 0.85 (95% CI 0.68-1.06) for PFS. "
            "Restricting to the two trials gave HRs of 0.97 (95% CI 0.76-1.24) and 0.95 (95% CI "
            "0.75-1.20), whereas in cohorts the HR for OS was 0.62 (95% CI 0.5-0.8)."
        ),
        "HR OS 0.62; HR OS 0.79; HR OS 0.97; HR PFS 0.85; HR PFS 0.95",
    ),
    (
        (
            "The 2-year PFS was 51%, and 2-year OS 58%. The estimates were 62% and 69% in women, and "
            "44% and 51% in men."
        ),
        "OS 51 at 24; OS 58 at 24; OS 69 at 24; PFS 44 at 24; PFS 51 at 24; PFS 62 at 24",
    ),
]

NOT_STATED = [
    "Half of the patients responded.",
    "The 5-year local progression-free rates were 88.6% and 72.9%.",
    ("The response rate to the questionnaire was 37.1% (412 of 1110); it was higher among surgeons (44%)."),
    (
        "Overall survival data are not mature, with 29% of deaths needed for the final analysis "
        "having occurred."
    ),
    "Outcomes are inferior to the pivotal trial, in which median OS was about two years.",
    "A phase 2 is enrolling (goal: ORR >18%).",
    "A trial has begun, where an ORR of 45% will be aimed at.",
    ("The primary endpoint was the overall response rate, 45% being considered of interest and 25% not."),
    "Historic photon series report 3-yr OS of 45-55%.",
    "Based on a 3-year PFS of 95% in the preceding study, a lower bound of 88% was agreed on.",
    "Response was associated with a higher ORR in 6 of 7 studies.",
    "Compartment response in blood (83%) exceeded that in skin (53%) and nodes (29%).",
    "Tazemib obtained approval with an objective response rate of 15%.",
    ("Literature values for temozolomide are a response rate of 0% to 12% and a median OS of 4 to 6 months."),
    "Half of the patients were dead at 9.4 months.",
    "Toxicity: nausea 20%, rash 14%. Grade 3: 5%.",
    "OS is as follows. Cardiac events: 4%.",
    "Non-relapse mortality (HR 1.5) and graft loss did not differ.",
    "Calcitonin response rates were 69% v 3%.",
    "OS is immature: 71 deaths (31%) have occurred.",
    "Survival was counted from a landmark 3 months after remission.",
    "We expected an objective response in 60% and considered 40% too low.",
    "Death without transformation was more frequent on A (cause-specific HR 1.48).",
    "With a median follow-up of 31.5 months, 231 rPFS events had been recorded.",
    "Leukemia-related survival at 10 years was 93.5%.",
    "Thirty patients on zorinib (45%) and 33 on tamoxin (51%) had progressed.",
    "At 14.2 months of median follow-up, OS was not yet analysed.",
    "Progression-free survival mattered most to patients (relative importance 41%).",
    "Patients would forgo 3.2 months of progression-free survival.",
    "Response rates after the antiemetic were 96% and 97%; emesis was absent in 80%.",
    "The response was deep: 10 of 14 relapses became negative.",
]


@pytest.mark.parametrize(("text", "results"), STATED)
def test_a_result_is_found_however_it_is_said(extractor: Extractor, text: str, results: str):
    assert told(extractor, text) == results


@pytest.mark.parametrize("text", NOT_STATED)
def test_what_only_looks_like_a_result_is_left(extractor: Extractor, text: str):
    assert told(extractor, text) == ""
