"""What a sentence is about besides results: plans, hypotheses, history."""

from __future__ import annotations

import re

from classifier.extraction.sentences import Sentence

_PLANNED = re.compile(
    r"\b(?:designed to|powered|power to|\d+% power|hypothes\w+|null|sample size|assum\w+|to detect"
    r"|would (?:be|detect|stop|need|have|give|show|require)|"
    r"was judged (?:un)?interesting|worthwhile|(?:was|were|may be|can be|is) expected|expected from"
    r"|\bH[01]\b|expected (?:ORR|PFS|OS|median|overall|response|rate|survival)|target(?:ed)? (?:was"
    r"|of|ORR|response)|"
    r"calculated that|foreseen|non-?inferiority (?:margin|required|was)|chosen to (?:show|detect)"
    r"|rested on|to show (?:a|an)|historical|one-sided(?! [pP]\b)|two-sided alpha|"
    r"stopping rule|Simon|planned (?:to|sample)|predicted|simulat\w+|have been reported|has been reported"
    r"|previous(?:ly)? (?:studies|trials|report\w*)|mice|mouse|xenografts?|murine|the animals)\b",
    re.IGNORECASE,
)


def is_planned(text: str, sentence: Sentence) -> bool:
    """Whether the sentence speaks of what was assumed, targeted or known before."""
    if _PLANNED.search(text, sentence.start, sentence.end) is None:
        return False
    return True


_OTHER_DISEASE = re.compile(
    r"migraine|headache|depress(?:ive|ion)|schizophreni|psychot|psychiatr|bipolar|arthritis|asthma"
    r"|hyperactivity|hypertensi"
    r"|diabet|hepatitis|osteopor|menopaus|colitis|crohn|psoria|reflux|ulcer|constipation|epilep|vaccin"
    r"|questionnaire",
    re.IGNORECASE,
)
_TUMOUR = re.compile(
    r"cancer|carcino|tumou?r|lymphoma|leuk[a]?emi|myeloma|melanoma|sarcoma|glioma|blastoma|metasta"
    r"|neoplas|malignan|chemotherap|oncolog"
    r"|RECIST|IMWG|myelo|PFS|progression-free|\bORR\b|mesothelioma|amyloid",
    re.IGNORECASE,
)


_MOOD = re.compile(r"depressi|psychotherap|HAM-D|antidepress|anxiety")
_TREATED_TUMOUR = re.compile(
    r"progression|chemother|RECIST|tumou?r respon|objective respon|PFS|remission (?:of|induc)"
)


def is_of_another_disease(text: str) -> bool:
    """Whether "response" here is that of a disease which is no tumour."""
    if _TUMOUR.search(text) is None:
        return _OTHER_DISEASE.search(text) is not None
    # "depression in women with breast cancer": the disease that responds is the other one
    return len(_MOOD.findall(text)) >= 2 and _TREATED_TUMOUR.search(text) is None
