"""Words around a number that tell whether it counts the patients of a study, by kind."""

from __future__ import annotations

_KINDS = {
    # people, and what stands for one person each
    "people": """patient patients pts pt women woman men participant participants subject subjects
        individual individuals adult adults child children infants adolescents person persons
        people female females male males respondent respondents volunteers survivors
        beneficiaries recipients residents veterans users girls boys elderly""",
    "cases": """case cases tumor tumors tumour tumours lesions transplants transplantations procedures
        resections samples specimens biopsies cystectomies operations donors carriers
        nonresponders responders eyes admissions grafts allografts autografts""",
    "done": """randomized randomised randomly randomization randomisation enrolled enroled enrolment
        enrollment enroll enrol recruited recruit accrued accrual over-accrual entered entering
        assigned allocated joined randomizing randomising consented enlisted participated""",
    "included": """included inclusion analyzed analysed analyze analyse analysis population constituted
        retained""",
    "found": """identified identify registered retrieved evaluated evaluate reviewed review assessed
        examined diagnosed searched extracted referred""",
    "seen": """studied study investigated fulfilled fulfilling met comprised comprising comprise
        comprises collected considered form formed compared compare described describe report
        reported reporting observed pooled scrutinised scrutinized traced followed looked
        selected matched involved involving encompassed totalling totaling consisted consisting
        kept cohort seen presented series contributed yielded""",
    "treated": """treated received receiving underwent undergoing undergone given infused dosed started
        began begun operated transplanted irradiated took stopped got administered""",
    "able": "evaluable eligible assessable evaluated-for available informative measurable",
    "screened": """screened screening invited approached charts potential potentially files queried
        contacted consulted surveyed""",
    "planned": """planned plan plans required require requires needed need necessary would will aimed
        target targeted targeting size power powered calculated estimated simulated expected
        called hypothesised assumed anticipated should designed intended scheduled envisaged""",
    "became": """died dead responded respond relapsed progressed progression recurred developed
        experienced discontinued withdrew withdrawn achieved achieving attained obtained alive
        deaths death crossed lost showed completed refused failed improved relapse recurrence
        events event toxicity complete partial stable positive negative remain remained
        required-a responses response remission ineligible excluded reached did hospitalized
        suffered""",
    "studies": """studies study-level trials trial articles publications publication cohorts reports rcts
        rct papers records citations abstracts references series-of databases datasets""",
    "control": """healthy controls control volunteers historical historic previous parallel earlier
        sibling siblings parent registry published external""",
    "whole": "total overall altogether all whole entire complete-series sum",
    "more": """another other others remaining additional further whereas whom which these them those
        rest respectively only subset subgroup latter former""",
    "arm": "arm arms group groups",
    "early": "first last initial earliest latest",
    "each": "each per every either",
    "mice": "mice mouse animals rats xenografts murine rabbits dogs",
    "be": "were was are is been be has have having had",
    "joint": """and or to in of with who that from for at on by after before during between among as
        while when since until than then where but versus vs v""",
}
KIND_OF_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}

# A number behind one of these, or before one of those, counts or measures something else.
NUMBERING = frozenset(
    """day days week weeks grade grades stage stages phase cycle cycles arm group part level
        levels dose age aged score scores class type line lines version month months year years
        table tier exon exons codon number no nct registration p hr ci cohort protocol hospital
        course courses every least than under over above below median mean n° january february
        march april may june july august september october november december jan feb mar apr jun
        jul aug sep sept oct nov dec in-day q r i2""".split()
)
THINGS = frozenset(
    """mg g gy ml kg iu mbq ng pg mo mos month months wk wks week weeks day days year years yr
        yrs hour hours h d y cycles cycle doses dose courses course fractions fraction sites
        site center centers centre centres hospitals hospital countries country studies study
        trials trial records record articles abstracts publications publication references
        citations percent points point institutions units unit cells cell genes gene lines line
        times fold steps items groups arms cohorts regimens regimen drugs agents reports
        variables factors mm cm nm mmol minutes min clinics practices departments institutes
        networks registries states prior previous-lines lymph nodes node mutations proteins
        metabolites rcts rct papers datasets nations districts trusts consecutive-days copies
        visits deaths events responses episodes injections databases questions requests charts
        files claims forms questionnaires km weekly daily beats""".split()
)
DATED = frozenset(
    """in since from between until till to through and before after during by january february
        march april may june july august september october november december early late mid end
        of""".split()
)

# Words of one kind behind "is" or "were" and of another elsewhere: "is enrolling", "trials enrolling".
OF_TWO_KINDS = {
    "enrolling": ("planned", "done"),
    "recruiting": ("planned", "done"),
    **dict.fromkeys(("need", "needed", "require", "required", "requiring"), ("planned", "")),
}

MONTH_NAMES = frozenset(
    """january february march april may june july august september october november december
        jan feb mar apr jun jul aug sep sept oct nov dec""".split()
)

# Words in front of, or behind, a number that are features by themselves.
LINKS = frozenset(
    """in among from on with for to by and or versus vs v including comprising involving , ( ;
        into at under as than whom who that were was had""".split()
)

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {w: n for n, w in enumerate(_ONES.split())}
_ROUND = {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
# Numbers below a hundred in words, and what each is worth.
SPELT = (
    _UNITS
    | _ROUND
    | {f"{ten}-{one}": n + k for ten, n in _ROUND.items() for one, k in _UNITS.items() if 0 < k < 10}
)
