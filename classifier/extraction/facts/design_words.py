"""Words and phrases that tell what kind of study a text reports, by what they speak for."""

from __future__ import annotations

_CUES = {
    "review": """systematic review|systematic reviews|systematic literature|systematically reviewed
        |prisma|scoping review|umbrella review|literature search|literature review|meta-analysis
        |meta-analyses|metaanalysis|meta-analytic|meta-regression|meta analysis|narrative review
        |mini-review|minireview|this review|review of the literature|review of current|review of available
        |review article|review of published|observational literature|published literature
        |systematic search|comprehensive search|electronic databases|electronic search
        |systematically searched|certainty of evidence|certainty of the evidence|could be summarised
        |were summarised""",
    "pooled": """random-effects|random effects|random effect|fixed effects|fixed effect|heterogeneity
        |publication bias|i2|egger's|included studies|eligible studies|risk of bias|newcastle-ottawa
        |studies were included|trials were included|pooled hr|pooled hrs|pooled orr|pooled response""",
    "library": """medline|pubmed|embase|cochrane|web of science|scopus|cinahl|cnki|wanfang""",
    "narrative": """we review|we discuss|here we discuss|we summarize|we summarise|we also address
        |is discussed|are discussed|are reviewed|is reviewed|overview|we highlight|state of the art
        |state-of-the-art|perspectives|we outline|this chapter|recent advances|this article|this paper
        |current status|to review|review addresses|review discusses|review summarizes|review summarises
        |review focuses|current role|we focus|practical review""",
    "indirect": """indirect comparison|indirect comparisons|indirect treatment|matching-adjusted|maic
        |unanchored""",
    "protocol": """study protocol|protocol for|protocol of|rationale and design|design and rationale
        |-protocol for|trial protocol|arches-protocol|protocol|design of the|design of a|trial in progress
        |rationale and protocol""",
    "will": """will""",
    "guideline": """consensus|guideline|guidelines|recommendations|delphi|position paper
        |position statement|expert panel|expert opinion|editorial|commentary|letter to the editor|reply to
        |reply :""",
    "money": """cost-effectiveness|costs|cost|icer|qaly|qalys|markov|economic|payer|hcru|expenditure
        |expenditures|budget""",
    "model": """simulation|simulations|exposure-response|population pharmacokinetic
        |population pharmacokinetics|modelling|modeling""",
    "bench": """mice|mouse|murine|xenograft|xenografts|in vitro|in vivo|cell line|cell lines
        |knockdown|silencing|transfected|western blot|qrt-pcr|co-culture|co-cultures|luciferase|rats|sirna
        |proliferation|migration|apoptosis|animals|overexpression of|mrna and protein|gc cells
        |cancer cells|tumor cells were|rat|isogenic|lncrna|microrna|ic50|patient-derived|organoids
        |primary samples|huh7|in mice""",
    "random": """randomly assigned|randomly allocated|randomly divided|randomly selected to
        |we randomly|were randomized|were randomised|was randomized|was randomised|we randomized
        |we randomised|patients randomized|patients randomised|women randomized|women randomised
        |participants randomized|participants randomised|pts randomized|pts randomised|randomized to
        |randomised to|randomized between|randomised between|randomized in a|randomised in a
        |underwent randomization|underwent randomisation|randomization|randomisation|been randomized
        |been randomised|and randomized|and randomised|at random|randomized 1:1|randomised 1:1
        |randomized 2:1|randomised 2:1|then randomized|then randomised|centrally randomised
        |centrally randomized|allocated alternately|randomizing|randomising""",
    "random word": """randomized|randomised|randomly|three-arm|two-arm|three-group|non-randomly""",
    "assigned": """were assigned|was assigned|we assigned|were allocated|was allocated|we allocated
        |were allotted|been assigned|been allocated""",
    "blind": """placebo-controlled|double-blind|double-blinded|single-blind|matching placebo
        |plus placebo|or placebo|and placebo|with placebo|to placebo|received placebo""",
    "nonrandom": """nonrandomized|nonrandomised|non-randomized|non-randomised""",
    "single arm": """single-arm|one-arm|single arm""",
    "early": """pilot study|pilot trial|dose escalation|dose-escalation|dose-finding|first-in-human
        |simon|two-stage|dose-limiting|maximum tolerated|mtd|recommended dose|dose levels|dose level
        |expansion cohort|dlts|dlt|dose expansion""",
    "trial": """open-label|open label|prospective study|prospective trial|prospective phase
        |prospective multicenter|prospective multicentre|clinical trial registration|trial registration
        |nct|primary endpoint|primary end point|primary end-point|primary objective|were accrued
        |entered this|this trial|were infused|had been infused|a trial of|crossover|crossed over
        |2-sided alpha|two-sided alpha|multi-arm|platform study|platform trial|basket trial|umbrella trial
        |interim analysis|two-stage design|eudract|isrctn|primary end points|primary endpoints
        |independent review|central review|independent central review|data cut|data cutoff|data cut-off
        |non-inferiority trial|noninferiority trial|optimal design|bayesian""",
    "prospective": "prospective|prospectively",
    "place": """institution|institutions|institute|department|single-centre|single-center
        |multicentre|multicenter|centres|centers|tertiary|referral|hospitals|referred|outcomes of
        |series of|network|our centre|our center|years at|clinics|practices""",
    "trial word": "trial",
    "arms": """arm a|arm b|arm c|control arm|experimental arm|standard arm|both arms|two arms
        |each arm|per arm|control group|non-inferiority|noninferiority|noninferior|non-inferior
        |superiority|factorial|usual care|stratified by|crossover|crossed over|the other arm|either arm
        |intention to treat|intention-to-treat|between groups|between arms""",
    "random studies": """randomized trials|randomised trials|randomized controlled trials
        |randomised controlled trials|rcts|randomized studies|randomised studies
        |randomized clinical trials|randomised clinical trials|randomized comparisons
        |randomised comparisons|randomized data|randomised data|randomized evidence|randomised evidence
        |randomized phase 3 trials|randomised phase 3 trials""",
    "retro": """retrospective|retrospectively|chart review|chart audit|medical records|records of
        |were reviewed|we reviewed|case series|charts of|files of|looked back|were traced|case notes
        |hospital files|hospital records|case report|off-label|off label|our patients|we collected
        |were collected from""",
    "registry": """registry|registries|register|register study|population-based|nationwide|seer|claims
        |medicare|electronic health|prospectively maintained|prospectively registered
        |prospectively collected""",
    "files": "database|databases|insurance|pharmacy|linked data|linkage",
    "real": """real-world|real world|real-life|routine practice|routine clinical|everyday practice
        |routine use|compassionate|named-patient|expanded access|early access|non-interventional
        |noninterventional|observational|reimbursed-use|outside trials|outside of trials
        |outside clinical trials|new users|office-based|target trial|emulation|emulate|propensity-score
        |inverse probability""",
    "cohort": """cohort study|cohort analysis|consecutive|consecutive patients|consecutive pts
        |propensity|case-control|cross-sectional|survey|single-center experience|single-centre experience
        |center experience|centre experience|experience|we identified|cross-sectional study
        |collaborative study|series from|we gathered|proformas""",
    "phase": "phase",
    "ratio": "ratio",
    "cohort word": "cohort|series",
    "gave": """were enrolled|was enrolled|were eligible|mg/m2|every 21 days|every 28 days
        |every 3 weeks|evaluable|toxicity|toxicities|toxic|were entered|dose-limiting|was administered
        |well tolerated|q3w|mg|gy|mg/kg|mg/m²|were given|got""",
    "past": "were|was|we",
    "versus": "versus|vs|vs.|with or without|or placebo|plus placebo|compared with",
    "studied": """prognostic|plasma levels|gene expression|genomic|mutation status|mutational status
        |samples from|serum|biomarker|biomarkers|plasma""",
}


def _table() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The phrases by their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for cue, phrases in _CUES.items():
        for phrase in phrases.split("|"):
            first, *rest = phrase.split()
            found.setdefault(first, []).append((tuple(rest), cue))
    for options in found.values():
        options.sort(key=lambda option: -len(option[0]))
    return found


PHRASES = _table()
