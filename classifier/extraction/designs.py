"""What kind of study an abstract reports, by what was done to the patients.

What the title says weighs most; a randomisation that the text reports as done comes next, unless the
study looks back on another trial's patients; a randomised trial that is only called for does not count.
"""

from __future__ import annotations

import re

from classifier.extraction.sentences import Sentence

_REVIEW = re.compile(
    r"systematic(?:ally)?\s+(?:literature\s+)?review|meta-?\s?analy|network meta|literature review"
    r"|review of (?:the )?(?:current |available )?(?:literature|evidence)|(?:narrative|scoping|umbrella"
    r"|mini)[\s-]review"
    r"|this review|we review(?:ed)? (?:the )?(?:literature|evidence|published)|(?:medline|pubmed"
    r"|embase)\b[^.]{0,80}\bsearch"
    r"|search\w*\b[^.]{0,80}\b(?:medline|pubmed|embase|cochrane)|indirect (?:treatment )?comparison",
)
_RANDOM = re.compile(r"(?<!non-)(?<!non)(?<!not )(?<!non\u2011)(?:randomi[sz]|randomly)")
_RANDOMISED = re.compile(
    r"(?<!non-)(?<!non)(?<!not )(?:randomly\s+(?:assigned|allocated|divided|selected to)|(?:was|were|been"
    r"|underwent|we|and)\s+(?:\w+ly\s+|centrally\s+|then\s+)?randomi[sz](?:ed|ation)"
    r"|patients\s+(?:\([^)]*\)\s+)?randomi[sz]ed|randomi[sz]ed\s+(?:to|in a|\(?\d:\d|between)"
    r"|randomi[sz]ation|allocated alternately)",
)
_TITLE_RANDOM = re.compile(
    r"(?<!non-)(?<!non)(?:randomi[sz]ed|randomi[sz]ation|phase\s+(?:iii|3)\b|placebo-controlled"
    r"|double-blind)",
)
_TITLE_OBSERVED = re.compile(
    r"retrospective|cohort (?:study|analysis)|registry|real[\s-]world|chart review"
    r"|routine (?:clinical )?practice|everyday practice|consecutive|case series|case report|claims"
    r"|compassionate|named-patient|early access|expanded access|nationwide|hospitals saw|(?:one|two|three"
    r"|four|five|six|seven|eight|nine|ten|\d+) (?:patients|cases|hospitals|centres)\Z",
)
_LOOKS_BACK = re.compile(
    r"retrospective|real[\s-]world|regist(?:ry|er of|er study)|cohort study|chart review|case series"
    r"|consecutive (?:patients|cases|adults)|database|claims|observational|propensity"
    r"|case[\s-]control|cross-sectional|\bsurvey|routine (?:clinical )?practice|everyday practice"
    r"|compassionate|named-patient|early access|expanded access|records of|medical records|we reviewed"
    r"|were reviewed|prognostic|biomarker|hospital files|we describe|case report|we (?:treated|report on)"
    r"|outside (?:of )?(?:clinical )?trials|were traced|the cohort|new users|pharmacy|insurance"
    r"|files of|used to identify|plasma levels?|gene expression|genomic|mutations? status|samples from",
)
_TRIAL = re.compile(
    r"phase\s*(?:i|1|2|3|ii|iii|iv|ib|1b|2a|iia|iib)(?:[/\u2013-](?:2|ii|iii|3))?[ab]?\b|single[\s-]arm"
    r"|open[\s-]label|non-?\s?randomi[sz]ed|pilot (?:study|trial)"
    r"|prospective (?:\w+ )?(?:study|trial)|clinical trial|dose[\s-]escalation|two-stage"
    r"|trial registration|nct\d{8}|prospectively",
)
_TITLE_TRIAL = re.compile(
    r"phase\s*(?:1|2|i|ii|ib|1b|2a|iia)(?:[/\u2013-](?:2|ii))?\b|single-arm|non-?randomi[sz]ed"
    r"|pilot (?:study|trial)",
)
_OTHER = re.compile(
    r"\b(?:mice|murine|xenografts?|in vitro|cell lines?|rats|co-?cultures?)\b|consensus|guidelines?"
    r"|recommendations|delphi|position (?:paper|statement)|expert opinion|editorial"
    r"|exposure.response model|population modeling|simulation",
)
_CALLED_FOR = re.compile(
    r"planned|warranted|needed|should|awaited|under way|underway|required|is being|are being|merits?"
    r"|lacking|future",
)


def study_design(text: str, sentences: list[Sentence]) -> str:
    """rct, nonrandomised_trial, observational, review or other (the annotation guide's words)."""
    text = text.lower()
    title = text[: min(sentences[0].end if sentences else len(text), 280)]
    body = _without_calls(text, sentences)
    n_other = len(_OTHER.findall(text))
    if _REVIEW.search(title) or (len(_REVIEW.findall(text)) >= 2 and not _TITLE_RANDOM.search(title)):
        return "review"
    if n_other >= 2 and _OTHER.search(title):
        return "other"
    if _TITLE_RANDOM.search(title) and not re.search(r"retrospective", title):
        return "rct"
    if re.search(r"non-?randomi[sz]ed", text[:1200]) and not _RANDOM.search(title):
        return "nonrandomised_trial"
    if _TITLE_OBSERVED.search(title):
        return "observational"
    randomised = bool(_RANDOMISED.search(body))
    if _TITLE_TRIAL.search(title) and not randomised:
        return "nonrandomised_trial"
    return _by_body(text, body, n_other, randomised)


def _by_body(text: str, body: str, n_other: int, randomised: bool) -> str:
    looks_back = len(_LOOKS_BACK.findall(text))
    trial = len(_TRIAL.findall(text))
    if randomised or _RANDOM.search(body):
        own = re.search(
            r"(?:\d|patients|women|we)\b[^.;]{0,60}(?:randomly (?:assigned|divided|allocated)|(?:was|were"
            r"|underwent) randomi[sz])|we randomly|primary end ?point",
            body,
        )
        if not own and looks_back:
            return "observational"
        if looks_back >= 2 and re.search(
            r"retrospective (?:analysis|study|review)|gene expression|plasma|ctDNA|serum", body
        ):
            return "observational"
        return "rct"
    if _REVIEW.search(text) and not re.search(r"patients were (?:enrolled|treated)", text):
        return "review"
    if n_other >= 3:
        return "other"
    if looks_back >= 1 and looks_back >= trial:
        return "observational"
    if trial:
        return "nonrandomised_trial"
    if looks_back or re.search(r"patients|women|participants", text):
        return "observational"
    return "other"


def _without_calls(text: str, sentences: list[Sentence]) -> str:
    """The text without sentences that call for, or announce, a randomised trial."""
    return " ".join(
        text[s.start : s.end]
        for s in sentences
        if not (_RANDOM.search(text, s.start, s.end) and _CALLED_FOR.search(text, s.start, s.end))
    )
