"""The table of endpoints and of what looks like them: one entry each.

Every entry claims the numbers that stand with it. Entries that are not extracted (time to
progression, complete response, toxicity ...) are as important as the others: a number that belongs
to one of them is thereby kept from PFS, OS and ORR. Those that are an `Endpoint` can be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

D = r"[-\u2010\u2011\u2012\u2013\u2014\u2212\s]+"  # the dashes and spaces that join "progression-free"
D0 = r"[-\u2010\u2011\u2012\u2013\u2014\u2212\s]*"
_NOUN = r"(?!(?:was|were|is|and|or|in|with|for|of|had)\b)[A-Za-z]+"


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """One row of the table.

    Attributes
    ----------
    key : str
        The name; for what can be extracted the value of `data.records.Endpoint`.
    kind : str
        "time" (months, landmark rates, hazard ratios), "rate" (percent of patients), or "other"
        (claims any number, never a result).
    words : str
        Pattern, read without regard to case; acronyms inside `(?-i:...)` keep theirs.
    """

    key: str
    kind: str
    words: str


ENTRIES = (
    # Order is priority where two entries begin at the same place.
    EndpointEntry(
        "FOLLOW_UP",
        "other",
        rf"(?:survival{D})?follow{D0}ups?|followed{D}(?:up|for)|potential follow|(?-i:m?FU)(?=[\s),:])",
    ),
    EndpointEntry(
        "PFS2",
        "time",
        rf"(?-i:PFS2|PFS-2)(?!\d)|second progression(?:{D0}free{D}survivals?)?|second (?-i:PFS)"
        r"|progression-free survival 2(?![\d-])",
    ),
    EndpointEntry(  # pooled with another endpoint: not the one alone
        "POOLED",
        "time",
        r"(?-i:(?:DFS|RFS|EFS|TTP|MFS|DMFS|CSS|DSS)(?:\s?/\s?(?:DFS|RFS|EFS|TTP|MFS|DMFS|CSS|DSS|PFS))+"
        r"|PFS(?:\s?/\s?(?:DFS|RFS|EFS|TTP|MFS|DMFS|CSS|DSS))+|OS(?:\s?/\s?(?:CSS|DSS))+)",
    ),
    EndpointEntry("EVENTS", "time", r"(?-i:[a-z]{0,2}(?:OS|PFS|EFS|DFS|RFS))[ -]events?"),
    EndpointEntry(
        "OTHER_SURVIVAL",
        "time",
        rf"(?:CNS|extracranial|hepatic|intrahepatic|liver|local|distant|loco{D0}regional|regional"
        rf"|biochemical|PSA|neurologic\w*)"
        rf"{D}(?:(?-i:PFS)|progression{D0}free(?:{D}(?:survivals?|rates?|intervals?))?)",
    ),
    EndpointEntry(
        "PFS",
        "time",
        rf"(?-i:[a-z]{{0,2}}PFS(?:IRC|BICR|INV|1(?![\d-])|-?(?:3|4|6|9|12|18|24|36))?)"
        rf"|(?:event{D})?progression{D0}free(?:{D}(?:survivals?"
        rf"|interval(?!s)|rates?))?(?!{D}intervals)(?!{D}and{D}disease)"
        rf"|free(?:dom)? (?:of|from) (?:disease |tumou?r )?progression(?! to)|survival free of progression"
        rf"|progression or death|death or (?:disease )?progression"
        rf"|(?:alive|surviv(?:ed|ing)|lived|living) (?:and )?(?:free (?:of|from)|without) (?:any |disease "
        rf"|further |tumou?r )?progression"
        rf"|alive and progression{D0}free",
    ),
    EndpointEntry(
        "TTP",
        "time",
        rf"(?:(?:loco{D0}regional|local|distant|regional|disease|tumou?r|CNS|intracranial) )?progression"
        rf"(?=\s*[,(\[]\s*(?:[a-z]{{0,2}}HR|hazard ratio))|(?-i:TTP|TtP|TTp)|time{D}to{D}(?!next"
        rf"|second)(?:\w+{D}){{0,2}}progression",
    ),
    EndpointEntry(
        "OS",
        "time",
        rf"time{D}(?:to|until){D}death(?! or)(?:{D}from{D}any{D}cause)?|died(?=\s+(?:at|after)\s+an?\s+"
        rf"(?:median|mean|average))",
    ),
    EndpointEntry(
        "TTF",
        "time",
        rf"(?-i:(?:rw|m)?(?:TTF|TTNT|TTD|TTR))|time{D}to{D}(?!event){_NOUN}(?:{D}{_NOUN}){{0,2}}",
    ),
    EndpointEntry(
        "DFS",
        "time",
        rf"(?-i:i?DFS)|disease{D0}free(?:{D}(?:survivals?|interval))?"
        rf"|(?:alive|surviv(?:ed|ing)) (?:and )?(?:free (?:of|from)|without) (?:any )?"
        rf"(?:(?:evidence of |signs? of )?(?:\w+ )?(?:disease|relapse|recurrence|tumou?r|leuk[a]?emia"
        rf"|lymphoma))"
        rf"|alive and (?:\w+){D}free|alive and (?:still )?(?:on|off|in|receiving|continu\w+)",
    ),
    EndpointEntry("EFS", "time", rf"(?-i:EFS)|event{D0}free(?:{D}survivals?)?"),
    EndpointEntry(
        "OTHER_SURVIVAL",
        "time",
        rf"(?-i:DDFS|DRFS|DMFS)|distant disease{D0}free(?:{D}(?:survivals?|interval))?"
        rf"|(?-i:RFS|LRFS|LRR-?FS|CSS|DSS|BCSS|MFS|FFS|TFS|LFS|GRFS)|[a-z/]+{D0}free(?:{D}(?:survivals?"
        rf"|intervals?))"
        rf"|[a-z]+{D}(?:specific|related)(?: and overall)?{D}(?:survivals?|mortality|deaths?)"
        rf"|(?:relative|net|excess){D}"
        rf"(?:survivals?|mortality)(?:{D}rates?)?|(?:locoregional |local |distant |regional )?(?:recurrence"
        rf"|relapse)(?=\s*[,(\[]\s*(?:[a-z]{{0,2}}HR|hazard ratio))|skeletal(?:{D}related)? events?"
        rf"|(?:(?:local|loco-?regional|regional|distant|marginal){D}(?:failures?|control failures?)"
        rf"|failure{D}rates?"
        rf"|rates? of (?:\w+ )?failure)(?!{D}free)"
        rf"|(?:breast )?cancer survival|(?:deaths?|mortality|dying|died) (?:from|of|due to) (?:the "
        rf"|their )?(?:\w+ )?"
        rf"(?:cancer|disease|carcinoma|tumou?r|melanoma|lymphoma|leuk[a]?emia|myeloma|sarcoma)"
        rf"|(?:MRD{D})?negative{D}survival|survival (?:benefit|advantage|difference|gain|analys\w+|curves?"
        rf"|data|outcomes?|estimates?"
        rf"|endpoints?|status)"
        rf"|(?:graft|cell|animal|mice|mouse|renal|implant|local control|failure){D}survivals?",
    ),
    EndpointEntry(
        "OS",
        "time",
        rf"(?-i:[a-z]{{0,2}}OS|MST|RMST)|overall{D}survivals?(?:{D}times?)?|overall(?=\s+(?:and|or"
        rf"|or)\s+[\w-]+{D0}free)"
        rf"|outliv(?:ed?|es|ing)|(?:alive|survived|surviving)(?= at| after|\W)|survivals?(?:{D}(?:times?"
        rf"|rates?"
        rf"|probabilit\w+))?|(?:risk|hazard) of (?:death|dying)"
        rf"|(?<=ratio for )(?:death|mortality)|(?<=that for )(?:death|mortality)|(?<=those for )(?:death"
        rf"|mortality)"
        rf"|(?<=that of )(?:death|dying)(?! without)|(?<=one for )(?:death|mortality)|(?<=HR for "
        rf")(?:death|mortality)|(?<=HR of )death|(?<=ratio of )death"
        rf"|(?<=associated with )(?:death|mortality)|death from any cause"
        rf"|(?:lived|survived|living|surviving)(?=\s+(?:for\s+)?(?:an?\s+)?(?:median|mean|average)\b)"
        rf"|(?:lived|survived)(?=\s+(?:\w+\s+)?(?:longer|shorter|longest|shortest|as long)\b)"
        rf"|(?<=\) for )death|(?<=\d for )death"
        rf"|lived(?=\s+(?:for\s+)?\d)"
        rf"|(?:deaths?|mortality)(?=\s+(?:was|were)\s+(?:\w+\s+){{0,2}}(?:halved|reduced|lowered"
        rf"|delayed|postponed|averted)\b)"
        rf"|(?:all{D}cause|overall|total){D}(?:mortality|deaths?)(?=[^.;]{{0,40}}(?:HR|hazard))"
        rf"|(?:deaths?|died|(?<!relapse )(?<!related )(?<!specific )(?<!cancer )(?<!toxic )(?<!transplant )"
        rf"(?<!myeloma )(?<!lymphoma )(?<!leukemia )(?<!leukaemia )mortality)(?=\s*[\[(]\s*"
        rf"(?:(?:adjusted|weighted|stratified|unadjusted|multivariable|multivariate|pooled|univariable)\s+)?"
        rf"(?:a?HR|hazard))"
        rf"|of death(?=[\s,]*[\[(]?\s*(?:(?:adjusted|weighted|stratified|pooled|unadjusted"
        rf"|multivariable)\s+)?(?:a?HR|hazard))",
    ),
    EndpointEntry(
        "PCR",
        "rate",
        rf"(?-i:[tyb]?pCR)s?(?! rates? of CR)|pathologic(?:al)?(?:ly)?{D}(?:complete{D}|objective "
        rf"|tumou?r )?(?:responses?|remissions?|responders?)(?:{D}rates?)?"
        rf"|complete{D}pathologic(?:al)?{D}(?:responses?|remissions?)(?:{D}rates?)?|near{D}(?-i:pCR)",
    ),
    EndpointEntry(
        "OTHER_RESPONSE",
        "rate",
        rf"(?-i:DRR|CMR|PMR|MRR)s?|no responses?|continued to have an? (?:\w+ )?responses?"
        rf"|ongoing (?:\w+ )?responses?"
        rf"|remain(?:ed|ing)? in (?:\w+ )?(?:responses?|remission)"
        rf"|responses? (?:were|was|are|remained?) (?:still )?ongoing"
        rf"|(?:(?:very{D}good|good|minimal|minor|major|molecular|cytogenetic"
        rf"|metabolic|renal|organ|VEGF|cardiac|hepatic|humoral|cellular|virologic\w*|analgesic"
        rf"|neurologic\w*|immune|immunologic\w*|"
        rf"serolog\w+|antibody|biochemical|PSA|marker|CA-?125|symptom\w*|pain|survey|placebo|dose|early"
        rf"|biologic\w*|"
        rf"durable|calcitonin|CEA|CA{D0}\d\d-\d|AFP|hCG|chromogranin\w*|thyroglobulin|"
        rf"sustained|intracranial|CNS|local|nodal|vaccine|seroprotection|MRD"
        rf"|spleen|splenic|compartments?|site|lesional|blood|T{D}cell|B{D}cell|histolog\w+"
        rf"|patholog\w+|cytolog\w+"
        rf"|marrow|liver|skin|transfusion|erythroid|platelet|neutrophil|hormonal|PET|subjective|mixed)"
        rf"{D}(?:partial{D}|complete{D})?(?:responses?|responders?|remissions?)(?:{D}rates?)?)"
        rf"|(?-i:VGPR|MR(?=\s*\d)|MMR|DMR)(?: or (?:better|more|higher))?|(?-i:MRD)(?:{D}negativ\w+)?"
        rf"|measurable residual|minimal residual"
        rf"|no responses? (?:to|evaluation)|responders? (?:to|in)(?= )|in response to"
        rf"|response (?:to treatment )?assessments?"
        rf"|(?:overall )?responses?(?:{D}rates?)? (?:to|of|for|in|among) (?:the |this |our |an? )?"
        rf"(?:[\w-]+ )?"
        rf"(?:questionnaires?|surveys?|mailings?|invitations?)"
        rf"|responses? of (?-i:VGPR)",
    ),
    EndpointEntry(
        "ORR",
        "rate",
        rf"complete{D}(?:(?:clinical{D})?(?:responses?|remissions?){D})?(?:(?:or|plus){D}|and{D}"
        rf"(?:(?:\d+|[a-z]+){D}(?:had{D}|achieved{D})?(?:an?{D})?)?)partial{D}"
        rf"(?:responses?|remissions?)(?:{D}rates?)?|partial{D}(?:(?:responses?|remissions?){D})?"
        rf"(?:or|and|plus){D}complete{D}(?:responses?|remissions?)|(?-i:CR or PR|PR or CR|CR/PR|PR/CR"
        rf"|CR\s?(?:\+|&|and|plus)\s?PR)"
        rf"(?:{D}rates?)?",
    ),
    EndpointEntry(
        "CR",
        "rate",
        rf"(?-i:s?CRi?s?|sCR/CR|[≥]CR)(?: or better)?(?!-)|(?:best )?responses? (?:was|were) complete"
        rf"|(?:(?:stringent|clinical|confirmed|radiological|radiographic|ha?ematological"
        rf"|ha?ematologic) )?complete{D}(?:clinical "
        rf"|metabolic |metastatic |renal |tumou?r )?(?:responses?|remissions?|regressions?"
        rf"|responders?)(?:{D}rates?)?",
    ),
    EndpointEntry("CBR", "rate", rf"(?-i:CBR)|clinical{D}benefits?(?:{D}rates?)?"),
    EndpointEntry("DCR", "rate", rf"(?-i:DCR)|(?:disease|tumou?r){D}control(?:{D}rates?)?"),
    EndpointEntry(
        "NO_RESPONSE",
        "rate",
        rf"stable{D}disease|(?-i:SD|PD)(?![\s-]?L)"
        rf"|progressive{D}disease|disease{D}stabili[sz]ation|local{D}control",
    ),
    EndpointEntry(
        "DOR",
        "time",
        r"(?-i:m?D[Oo]R)|durations? of (?:\w+ ){0,2}(?:responses?|remissions?)"
        r"|(?:responses?|remissions?) durations?",
    ),
    EndpointEntry(
        "ON_TREATMENT",
        "time",
        r"durations? of (?:\w+ ){0,2}(?:benefits?|disease control)"
        r"|(?:duration|time|months) (?:of|on) (?:\w+ )?(?:treatment|therapy|exposure)|treatment duration",
    ),
    EndpointEntry(
        "ORR",
        "rate",
        rf"(?-i:[cim]?ORR)s?|(?-i:OR){D}rates?|remission{D}rates?|(?:overall|objective|best overall"
        rf"|clinical|radi(?:olog|ograph)\w+"
        rf"|tumou?r|total|global|systemic|RECIST"
        rf"|confirmed|disease"
        rf"|h[a]?ematologic(?:al)?)"
        rf"(?:{D}(?:\([^()]{{3,40}}\) ?)?(?:objective|overall|clinical|confirmed|h[a]?ematologic(?:al)?"
        rf"|global|best|radiolog\w+"
        rf"|tumou?r|CNS|intracranial)){{0,2}}(?:{D}\([^()]{{3,60}}\))?{D}(?:responses?|remissions?"
        rf"|responders?)"
        rf"(?:\s?\([^()\d]{{2,70}}\))?(?:{D}rates?)?"
        rf"|response{D}rates?|(?:(?:total|overall|clinical|short{D}term|objective|therapeutic|curative"
        rf"|recent) ){{0,2}}"
        rf"(?:effective|efficacy){D}rates?(?! of (?:pain|analges|symptom))|\(?(?-i:CR){D0}\+{D0}"
        rf"(?-i:PR)\)?(?:{D}rates?)?|partial{D}(?:responses?"
        rf"|remissions?) or better"
        rf"|(?:overall|objective)(?=\s*(?:,|and|/|or)\s*complete{D}(?:responses?|remissions?){D}rates?)"
        rf"|at least (?:an? )?(?:partial{D}(?:response|remission)|(?-i:PR))"
        rf"|(?:objective|tumou?r){D}(?:regressions?|shrinkage)(?:{D}rates?)?"
        rf"|responses?(?:\s+\([^()]{{2,40}}\)"
        rf"|\s+to\s+[\w-]+(?:\s[\w-]+)?(?:\s\([^()]{{2,40}}\))?|, (?:all|most|mostly|one|two|three|four"
        rf"|five) "
        rf"(?:of (?:them|which) )?(?:partial|complete),)?(?=\s+(?:was|were|is|had been"
        rf"|have been|could be)\s+(?:\w+\s+)?(?:seen|observed|achieved"
        rf"|noted|recorded|documented|ascertained|obtained|reported|found|attained|reached|confirmed|had"
        rf"|shown"
        rf"|registered))"
        rf"|responded|[≥]{D0}(?-i:PR)\b|(?-i:PR){D}or{D}(?:better|higher|more|greater)"
        rf"|(?-i:RR)(?!\s*[=:,]?\s*\d[.\u00b7]\d\d)(?=\s*(?:was|were|of|by|\[|\(?\d|:|=|in\b|for\b|at\b"
        rf"|,?\s*\d))|(?:any|an?) (?:objective |confirmed |systemic |RECIST |global |tumou?r "
        rf")?responses?(?! to)"
        rf"|responses?(?=\s+(?:were|was|are|is|in|with|on imaging|occurred|including|did|depended"
        rf"|differed|numbered)\b|:)"
        rf"|responders"
        rf"|(?:proportions?|percentages?|shares?|fractions?) responding|responses?(?=\s+to\s+[\w-]+\s+"
        rf"(?:occurred|was|were)\b)"
        rf"|responses?(?=\s+\(\d)"
        rf"|responses?(?=\s+(?:by|per|according to|across)\s[\w /-]{{1,40}}(?::|\s(?:were|was|are|is)\b))",
    ),
    EndpointEntry(
        "PR",
        "rate",
        rf"partial{D}(?:clinical |tumou?r )?(?:responses?|remissions?|regressions?"
        rf"|responders?)(?:{D}rates?)?|(?-i:PRs?)(?!\s?[\-+])",
    ),
    EndpointEntry(
        "SAFETY",
        "other",
        r"toxicit\w+|adverse|neutropeni\w*|an[a]?emia|thrombo(?:cyto)?peni\w*|leu[ck]openi\w*"
        r"|lymphopeni\w*|nausea|vomiting|diarrh\w+"
        r"|neuropath\w+|fatigue|mucositis|stomatitis|infections?|pneumonia|hypertension|rash|alopecia"
        r"|discontinu\w+|dose reductions?"
        r"|cytokine release|(?-i:CRS|ICANS|AEs?|SAEs?|TRAEs?|TEAEs?)|pneumonitis|myalgia|arthralgia"
        r"|keratopathy|withdr[ae]w\w*|side[ -]effects?"
        r"|deaths?|treatment-related|mortality|relapses?"
        r"|recurrences?|progressed|died|complications?"
        r"|non-relapse mortality|morbidity|compliance|quality of life|crossover|cross(?:ed)? over"
        r"|hyperglyc\w+|dysgeusia|thrombo\w+|bleeding|h[a]?emorrhage|cardio\w+|heart failure",
    ),
    EndpointEntry(
        "BASELINE",
        "other",
        r"aged?(?= of|\s|,|:)|years? old|prior lines?|previous lines?|lines of|cycles?|courses?|bone marrow"
        r"|transplantation rate|resection rates?|resected"
        r"|surgery|conservation|dose intensity|tumou?r size|reduction rate|sensitivity|specificity"
        r"|were male|were female"
        r"|underwent|washout|interval between|conver(?:sion|ted)|accuracy|odds ratio"
        r"|(?-i:OR)(?=\s*[=,:]?\s*\d)|risk ratio|relative risk|(?-i:SUCRA)|cumulative ranking"
        r"|probability of being|P-scores?|I-squared|(?-i:I[2\u00b2])|heterogeneity"
        r"|(?:positive|negative) predictive values?|predictive values?|(?-i:PPV|NPV)"
        r"|areas? under the (?:\w+ )?curve|(?-i:AUCs?)|C-index|odds of",
    ),
)
