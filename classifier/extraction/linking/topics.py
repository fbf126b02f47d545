"""Which endpoint the words go back to: past an aside, a follow-up, a group of people, or in so many words."""

from __future__ import annotations

import re

from classifier.extraction.linking.carrying import (
    announces_a_list,
    compares_medians,
    goes_on,
    is_listed_below,
    names_a_group_only,
)
from classifier.extraction.linking.links import Focus
from classifier.extraction.linking.ratios import RatioRules
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind, Quantity
from classifier.extraction.text.tokens import Token

_PRONOUN = re.compile(r"[Ii]t|[Tt]his|[Tt]hey|[Tt]hese")
_BACK_TO_TOPIC = re.compile(
    r"\b(?:[Ii]t|[Tt]his|[Tt]hey|[Tt]hese|(?:[Tt]he )?(?:corresponding |respective )?(?:figures?|rates?"
    r"|medians?|values?"
    r"|ranges?)(?:\s+(?:for|in|of|with|among)\s[\w\s,/\u2265<>+-]{1,50}?)?)"
    r"\s+(?:was|were|is|are|has been|have been|had been|became|now stands? at)\s+(?:only\s+|about\s+"
    r"|approximately\s+"
    r"|estimated at\s+)?[<>~\u2248]?\s*\Z"
)
_PEOPLE = (
    r"(?:patients|pts|those|women|men|children|adults|people|participants|subjects|individuals|survivors"
    r"|cases|tumou?rs|group|cohort|arm|subgroup)"
)
_PEOPLE_WHO = re.compile(
    rf"\b{_PEOPLE}\s+(?:(?:who|that|whose)\s+(?:(?:were|was|are|is|had|have|has|been|be|achieved"
    rf"|reached|developed"
    rf"|experienced|underwent|not|previously|never|no|an?|the|also|initially|already|with|without|in"
    rf"|prior|early"
    rf"|late|first)\s+){{0,4}}|(?:(?:with|without|aged|having|not|previously|undergoing|after|over"
    rf"|under|in|no|an?"
    rf"|the|prior|early|late)\s+){{0,4}})\Z"
)
_AFTER_EVENT = re.compile(
    r"\b(?:(?:[Aa]fter|[Aa]t|[Uu]ntil|[Bb]efore|[Ff]ollowing|[Ss]ince|[Uu]pon|[Dd]espite|because of|due to"
    r"|owing to)"
    r"|(?:discontinued|stopped|switched|changed)\s+(?:[\w-]+\s+){0,2}(?:for|because of|at|on))"
    r"\s+(?:(?:the|first|an?|their|its|disease|initial|prior|previous|salvage|primary)\s+){0,2}\Z"
)
_WITH_OR_WITHOUT = re.compile(
    r"(?:%|\bper ?cent|\bmonths)\s*(?:\([^()]*\)\s*)?(?:with|without|for|in|after|following)\s+(?:no\s+"
    r"|an?\s+)?(?:[\w-]+\s+){0,2}\Z"
)
_BY_TREATMENT = re.compile(r"\b(?:under|with|without|by)\s+(?:no\s+)?\Z")
_OF_AGE = re.compile(
    r"\s*(?:[\u2265\u2264<>]|(?:over|under|above|below|at least|younger|older)\b|(?:of\s+)?\d{2}\s*"
    r"(?:years|yrs|y\b|or\b|and\b|\+|[-\u2013]))"
)
_RELATIVE = re.compile(
    r"\s*,\s*(?:usually |often |also |mostly |always |not )?(?:which|defined|that is|i\.e\.|comprising"
    r"|counting|including)\b[^,;.]*\Z"
)
_AMONG = re.compile(
    r"\b(?:[Ii]n|[Oo]f|[Ff]or|[Aa]mong|[Ww]ith|than|versus|vs\.?)\s+(?:(?:the|all|both|this|that|these"
    r"|each|either|our)\s+)?\Z"
)
_PEOPLE_BEHIND = re.compile(rf"\s+(?:[\w-]+\s+){{0,3}}{_PEOPLE}\b")
_TIME_OF_FOLLOW_UP = re.compile(
    r"(?:months?|mo|years?|yrs?|weeks?|days?)['\u2019]?(?:\s+of)?\s+(?:(?:median|mean|minimum"
    r"|potential)\s+)*\Z"
)
_IS = re.compile(r"(?:\b(?:was|were|is|are)|:|\bmedians?(?:\s+of)?)\s*\Z")


_WITH_NAME = re.compile(
    r"\b(?:[Ff]or|[Ii]n terms of|[Aa]s to|[Aa]s for|[Rr]egarding|[Cc]oncerning|respect to|regard to)\s+"
    r"(?:the\s+)?(?:median\s+)?\Z"
)


_VERB = re.compile(
    r"\b(?:was|were|is|are|had|has|have|occurred|developed|received|underwent|required|remained"
    r"|discontinued|died)\b"
)
_NEXT_MEASURE = re.compile(  # "median 11.9 years, 5-year rate 84%"
    r"\s*(?:\([^()]*\)\s*)?(?:[,;]|,?\s*and)\s*(?:the\s+)?(?:[\w-]+[-\s](?:year|month|yr|mo|week)s?\s*"
    r"(?:rates?|survival|figures?|OS|PFS)?\s*)?(?:of\s+|:\s*)?"
)
_INCLUDING = re.compile(
    r"\b(?:(?:including|comprising|with|among (?:them|these)|of (?:which|whom|them|these))\s+(?:only\s+)?"
    r"(?:\d{1,3}(?!\s*%)|(?!an?\b|the\b)[a-z]+)\s+(?:confirmed\s+)?"
    r"|(?:including|incl\.?|comprising|with)\s+(?:only\s+)?\d{1,3}(?:[.\u00b7]\d+)?\s*%\s+(?:with\s+(?:an?\s+)?|in\s+)?)\Z"
)


class TopicRules(RatioRules):
    """Rules for values whose endpoint is not the one named last."""

    def _tells_whose(self, token: Token) -> bool:
        """ "in resected patients", "those who had relapsed", "after surgery": whose result, not another."""
        focus = self.focus
        if focus is None or focus.inherited or not set(focus.keys) & EXTRACTED:
            return False
        if KIND[token.key] == "time" or token.key in ("ORR", "FOLLOW_UP"):
            return False
        text, start = self.text, max(0, token.start - 70)
        groups: tuple[re.Pattern[str], ...] = (_PEOPLE_WHO, _AFTER_EVENT, _WITH_OR_WITHOUT)
        if focus.keys == ["ORR"] and token.key in ("CR", "PR"):
            groups = groups[:2]  # "an ORR of 94% with a CR rate of 88%": no group of its own
        if any(p.search(text, start, token.start) for p in groups):
            return True
        if token.key == "BASELINE" and _OF_AGE.match(text, token.end, token.end + 24):
            return text.startswith(("age", "Age"), token.start)  # "ORR was: age over 75, 71%"
        if not focus.values and _RELATIVE.match(text[focus.end : token.start]):
            return KIND[token.key] == "rate"  # "response, which counts partial remissions as well, was ..."
        if token.key == "BASELINE" and not focus.values and _BY_TREATMENT.search(text, start, token.start):
            return True  # "OS at 5 years under surgery was"
        return (
            _AMONG.search(text, start, token.start) is not None
            and _PEOPLE_BEHIND.match(text, token.end, token.end + 60) is not None
        )

    def _compatible(self, i: int, token: Token) -> Focus | None:
        """The focus, or the last one that the value can belong to where the words go back to it."""
        q, focus = token.quantity, self.focus
        if q is None or focus is None:
            return focus
        last = self.links[-1] if self.links else None
        if (
            last is not None
            and last.token.run == token.run
            and last.focus is not None
            and not any(last.token.end < t.start for t in self.tokens[:i] if t.kind == "endpoint")
        ):
            return last.focus  # the next of a list: where the first belongs
        other = self._past_follow_up(focus, token) or self._past_an_aside(focus, q)
        if other is not None:
            return other
        back = _BACK_TO_TOPIC.search(self.text, max(0, token.start - 60), token.start)
        return self._past_a_rate(focus, q) if back is None else self._back_to(focus, q, back)

    def _past_follow_up(self, focus: Focus, token: Token) -> Focus | None:
        """ "OS, after a median follow-up of 19.9 months, was 20.2 months"."""
        if focus.keys != ["FOLLOW_UP"] or not _IS.search(self.text, max(0, token.start - 16), token.start):
            return None
        told = focus.values and focus.values[-1].run != token.run and _is_time(focus.values[-1])
        if not told and not _TIME_OF_FOLLOW_UP.search(self.text, max(0, focus.start - 40), focus.start):
            return None
        for other in reversed(self.history[:-1]):
            if set(other.keys) & EXTRACTED and not other.inherited and not other.values:
                return other
        if self.before is not None and set(self.before.keys) & EXTRACTED:
            return next((other for other in self.history if other.inherited), None)
        return None

    def _past_an_aside(self, focus: Focus, q: Quantity) -> Focus | None:
        """ "...; in patients with late relapse, 41.6 v 23.0 months": a time has no place with toxicity."""
        if not set(focus.keys) <= {"SAFETY", "BASELINE"} or q.kind not in (Kind.TIME, Kind.NOT_REACHED):
            return None
        return self._time_focus_of_sentence()

    def _past_a_rate(self, focus: Focus, q: Quantity) -> Focus:
        """ "not reached in responders but 6.1 months in others": a time has no place with a rate."""
        of_rates = all(KIND[k] == "rate" for k in focus.keys)
        if of_rates and not focus.inherited and q.kind in (Kind.TIME, Kind.NOT_REACHED):
            return self._time_focus_of_sentence() or focus
        return focus

    def _time_focus_of_sentence(self) -> Focus | None:
        """The survival endpoint named last in the sentence, before the focus."""
        for other in reversed(self.history[:-1]):
            if (
                other.start >= self.tokens[0].start
                and set(other.keys) & EXTRACTED
                and any(KIND[k] == "time" for k in other.keys)
            ):
                return other
        return None

    def _back_to(self, focus: Focus, q: Quantity, back: re.Match[str]) -> Focus:
        """The endpoint that "it was" or "the figures were" speaks of."""
        if self.last_endpoint >= 0:
            named = self.tokens[self.last_endpoint].end
            begun = self.tokens[self.last_endpoint].start
            if not self.text[named : back.start()].strip(" ,") and _WITH_NAME.search(
                self.text, max(0, begun - 30), begun
            ):
                return focus  # "for disease-free survival they were"
            if named > back.start() or (
                KIND[focus.keys[0]] != "other"
                and not self.text[named : back.start()].strip()
                and not _PRONOUN.match(back[0])
            ):
                return focus
        timed = q.kind in (Kind.TIME, Kind.NOT_REACHED) or q.why == "pair time"
        if set(focus.keys) & EXTRACTED and not (timed and not any(KIND[k] == "time" for k in focus.keys)):
            return focus
        for other in reversed(self.history):
            if set(other.keys) & EXTRACTED and (not timed or any(KIND[k] == "time" for k in other.keys)):
                self.focus = other  # what follows goes on with it
                return other
        return focus

    def _how_inherited(self, token: Token) -> str:
        """Whether the words to a value say that it goes on with the endpoint of the sentence before."""
        text, begin, before = self.text, self.begin, self.before
        if names_a_group_only(text, begin, token):
            self.by_label = True
        elif self._is_listed(before, token):
            self.by_label = True
        elif not (
            goes_on(text, begin, token)
            or self._as_the_one_before(token)
            or compares_medians(text, begin, token, before)
        ):
            return "inherited without a cue"
        return "inherited"

    def _is_listed(self, before: Focus | None, token: Token) -> bool:
        if before is None or not is_listed_below(self.text, self.begin, token):
            return False
        return before.listing or (not before.valued and announces_a_list(self.text, before, self.begin))

    def _as_the_one_before(self, token: Token) -> bool:
        """ "A achieved 71%, B 53% and C 54%": what goes on after a value that was taken."""
        last = self.links[-1] if self.links else None
        if last is None or last.how != "inherited":
            return False
        if last.statistic != self._statistic(token):
            return _NEXT_MEASURE.fullmatch(self.text, last.token.after, token.start) is not None
        return _VERB.search(self.text, last.token.after, token.start) is None

    def _is_an_aside(self, i: int, token: Token) -> bool:
        """ "26% with A, including two complete responses, and 21% with B": counted on the way."""
        focus = self.focus
        if focus is None or focus.inherited or not focus.values or focus.keys != ["ORR"]:
            return False
        if token.key not in ("CR", "PR") or token.depth != focus.values[-1].depth:
            return False
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if after is not None and after.kind == "open" and not self.text[token.end : after.start].strip():
            return False  # "including two complete responses (4%)"
        return _INCLUDING.search(self.text, max(0, token.start - 50), token.start) is not None


def _is_time(token: Token) -> bool:
    return token.quantity is not None and token.quantity.kind is Kind.TIME
