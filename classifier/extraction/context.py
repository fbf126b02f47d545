"""What a sentence is about besides results: plans, hypotheses, history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from classifier.extraction.text.sentences import Sentence

_PLANNED = re.compile(
    r"\b(?:designed to|powered|power to|\d+% power|sample size|assum\w+|to detect"
    r"|would (?:be|detect|stop|need|have|give|show|require|produce|yield|result)|predicted that|"
    r"was judged (?:un)?interesting|worthwhile|(?:was|were|may be|can be|is) expected|expected from"
    r"|\bh[01]\b|expected (?:orr|pfs|os|median|overall|response|rate|survival|values?)"
    r"|(?:threshold|null) and (?:expected|alternative|target)\w*|target(?:ed)? (?:of|orr|response)|"
    r"calculated that|foreseen|foresaw|historically|non-?inferiority (?:margin|required)|chosen to (?:show"
    r"|detect)"
    r"|rested on|to show (?:a|an)|two-sided alpha|(?:considered|regarded as|deemed|judged) (?:of "
    r"(?:no )?interest|(?:un)?interesting|promising|worthwhile|futile|inactive|insufficient)|"
    r"stopping rule|simon|planned (?:to|sample)|simulat\w+|ha(?:ve|s) been reported"
    r"|(?:was|were) (?:to|likely to|required to) (?:exceed|reach|be above|surpass)|"
    r"previous(?:ly)? (?:studies|trials|report\w*)|mice|mouse|xenografts?|murine|the animals)\b",
)
# Words of a plan that are also said of results: "and the null hypothesis was rejected".
_PERHAPS_PLANNED = re.compile(
    r"\b(?:hypothes\w+|null|target was|non-?inferiority was|predicted (?:median|rate|value)|historical"
    r"|one-sided(?! p\b))\b",
)


# The study's own, told again: "At the primary analysis, A improved PFS (HR 0.61)."
_EARLIER_ANALYSIS = re.compile(
    r"\b(?:primary|interim|initial|first|previous|earlier|prior) (?:\w+ )?(?:analys[ie]s|readout"
    r"|data cut-?off)\b",
)


# "In a trial published since, B was better (HR 0.8)"
_OTHER_STUDY = re.compile(
    r"\b[Ii]n (?:the )?(?:other|previous|earlier|prior|preceding|published|historical|pivotal"
    r"|registration(?:al)?) (?:\w+ )?(?:trials?|stud(?:y|ies)|series"
    r"|reports)\b|\b[Hh]istoric(?:al)? (?:[\w-]+ ){0,2}(?:series|controls|studies|reports|data"
    r"|cohorts) (?:report|show|suggest|indicate|give)\w*"
    r"|\b(?:having|have|has) been (?:reported|quoted|described|given) (?:as|to be|at|with)\b"
    r"|\b(?:In|From) (?:an?|one|two|three|several|other|previous|earlier|another"
    r"|prior)\b[^,.;]{0,60}?\b(?:trials?|stud(?:y|ies)"
    r"|series|reports?|meta-analys[ei]s)\b (?:\w+ ){0,2}?(?:published|reported|by|from (?!the\b|our\b))"
)


class Context:
    """What a sentence is about besides results; each asked only where a value makes it matter.

    Parameters
    ----------
    background : int
        Where the text stops telling what was known before.
    """

    def __init__(self, text: str, sentence: Sentence, background: int) -> None:
        self._text, self._sentence, self._background = text, sentence, background

    @cached_property
    def _small(self) -> str:
        return self._text[self._sentence.start : self._sentence.end].lower()

    @cached_property
    def planned(self) -> bool:
        """What was assumed, targeted or seen in animals."""
        return _PLANNED.search(self._small) is not None

    @cached_property
    def perhaps_planned(self) -> bool:
        """Words of a plan that are also said of results; a value with an interval or a count is one."""
        return _PERHAPS_PLANNED.search(self._small) is not None

    @cached_property
    def known(self) -> bool:
        """What stands before the study is told."""
        return self._sentence.end <= self._background and _EARLIER_ANALYSIS.search(self._small) is None

    @cached_property
    def elsewhere(self) -> bool:
        """What another study found."""
        return _OTHER_STUDY.search(self._text, self._sentence.start, self._sentence.end) is not None


_OWN_STUDY = re.compile(
    r"\b(?:we|our|us|this (?:\w+ ){0,3}(?:study|trial|analysis|report|review|series|cohort|meta-analysis)"
    r"|the (?:present|current) \w+|here(?:in)?|aim(?:s|ed)?|purpose|objectives?|retrospective\w*"
    r"|(?:were|was) (?:\w+ )?(?:randomi[sz]ed|randomly|enrol\w+|treated|included|assigned|allocated"
    r"|recruited|entered"
    r"|analy[sz]ed|identified|retrieved|studied|reviewed|investigated|evaluated|assessed|given|accrued"
    r"|registered"
    r"|evaluable|eligible|seen|observed|collected|compared|administered|diagnosed)"
    r"|(?:patients|pts|women|men|subjects|participants|children|adults) (?:\w+ ){0,6}(?:received|underwent)"
    r"|to (?:evaluate|assess|compare|determine|investigate|examine|explore|establish|test)|n\s?=\s?\d"
    r"|(?:from|between) (?:\w+ )?(?:19|20)\d\d|follow-?up|median age|(?:primary|secondary) end ?-?points?"
    r"|end ?-?points?:)\b",
    re.IGNORECASE,
)
_KNOWN_BEFORE = re.compile(
    r"\b(?:is|are|has|have|can|may|remains?|carry|carries|gives?|offers?|yields?|usual\w*|customary"
    r"|known|report\w*"
    r"|trials?|stud(?:y|ies)|series|historical\w*|standard|approv\w+|published|literature)\b",
    re.IGNORECASE,
)


_MAX_TITLE = 230  # a longer first sentence has the title in front, which had no full stop
_LEAD = 6  # sentences, with the title


def end_of_background(text: str, sentences: Sequence[Sentence]) -> int:
    """Where the part that tells what was known before ends; 0 where there is none.

    It is the section of that name where another follows. In a text without headings it is what comes
    before the first sentence that speaks of this study, as far as it speaks of others.
    """
    sections = {s.section for s in sentences}
    if "results" in sections or "methods" in sections:
        first = next((s.section for s in sentences if s.section), "")
        if first != "background":
            return 0
        return max(s.end for s in sentences if s.section == "background")
    end = 0  # nothing is known before where these say nothing of this study
    long = sentences and sentences[0].end - sentences[0].start > _MAX_TITLE
    for sentence in sentences[0 if long else 1 : _LEAD]:
        if _OWN_STUDY.search(text, sentence.start, sentence.end):
            return end
        if _KNOWN_BEFORE.search(text, sentence.start, sentence.end):
            end = sentence.end
    later = sentences[-1].end if sentences else 0
    return end if end and _OWN_STUDY.search(text, end, later) else 0


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


_MOOD = re.compile(
    r"depressi|psychotherap|HAM-D|antidepress|anxiety|emesis|emetic|emetogenic|\b[Yy]oga|acupunctur|insomnia"
    r"|[Hh]ot flu?ash|[Hh]ot flush|mindfulness|lymphedema|pruritus"
)
_TREATED_TUMOUR = re.compile(
    r"progression|chemother|RECIST|tumou?r respon|objective respon|PFS|remission (?:of|induc)"
)


def is_of_another_disease(text: str) -> bool:
    """Whether "response" here is that of a disease which is no tumour."""
    if _TUMOUR.search(text) is None:
        return _OTHER_DISEASE.search(text) is not None
    # "depression in women with breast cancer": the disease that responds is the other one
    return len(_MOOD.findall(text)) >= 2 and _TREATED_TUMOUR.search(text) is None
