"""Which endpoint the words go back to: past an aside, a follow-up, a group of people, or in so many words."""

from __future__ import annotations

import re

from classifier.extraction.endpoints import EXTRACTED, KIND
from classifier.extraction.links import Focus
from classifier.extraction.numbers import Kind, Quantity
from classifier.extraction.ratios import RatioRules
from classifier.extraction.tokens import Token

_PRONOUN = re.compile(r"[Ii]t|[Tt]his|[Tt]hey|[Tt]hese")
_BACK_TO_TOPIC = re.compile(
    r"\b(?:[Ii]t|[Tt]his|[Tt]hey|[Tt]hese|(?:[Tt]he )?(?:corresponding |respective )?(?:figures?|rates?"
    r"|medians?|values?"
    r"|ranges?)(?:\s+(?:for|in|of|with|among)\s[\w\s,/\u2265<>+-]{1,50}?)?)"
    r"\s+(?:was|were|is|had been|became)\s+(?:only\s+|about\s+|approximately\s+"
    r"|estimated at\s+)?[<>~\u2248]?\s*\Z"
)
_PEOPLE = (
    r"(?:patients|pts|those|women|men|children|adults|people|participants|subjects|individuals|survivors"
    r"|cases|tumou?rs|group|cohort|arm|subgroup)"
)
_PEOPLE_WHO = re.compile(
    rf"\b{_PEOPLE}\s+(?:(?:who|that|whose)\s+(?:(?:were|was|are|is|had|have|has|been|be|achieved|reached|developed"
    rf"|experienced|underwent|not|previously|never|no|an?|the|also|initially|already|with|without|in|prior|early"
    rf"|late|first)\s+){{0,4}}|(?:(?:with|without|aged|having|not|previously|undergoing|after|over|under|in|no|an?"
    rf"|the|prior|early|late)\s+){{0,4}})\Z"
)
_AFTER_EVENT = re.compile(
    r"\b(?:(?:[Aa]fter|[Aa]t|[Uu]ntil|[Bb]efore|[Ff]ollowing|[Ss]ince|[Uu]pon|[Dd]espite|because of|due to"
    r"|owing to)"
    r"|(?:discontinued|stopped|switched|changed)\s+(?:[\w-]+\s+){0,2}(?:for|because of|at|on))"
    r"\s+(?:(?:the|first|an?|their|its|disease|initial|prior|previous|salvage|primary)\s+){0,2}\Z"
)
_WITH_OR_WITHOUT = re.compile(
    r"%\s*(?:\([^()]*\)\s*)?(?:with|without|for|in)\s+(?:no\s+|an?\s+)?(?:[\w-]+\s+){0,2}\Z"
)
_BY_TREATMENT = re.compile(r"\b(?:under|with|without|by)\s+(?:no\s+)?\Z")
_RELATIVE = re.compile(r"\s*,\s*(?:which|defined|that is|i\.e\.|comprising|counting|including)\b[^,;.]*\Z")
_AMONG = re.compile(
    r"\b(?:[Ii]n|[Oo]f|[Ff]or|[Aa]mong|[Ww]ith|than|versus|vs\.?)\s+(?:(?:the|all|both|this|that|these|each|either|our)\s+)?\Z"
)
_PEOPLE_BEHIND = re.compile(rf"\s+(?:[\w-]+\s+){{0,3}}{_PEOPLE}\b")
_TIME_OF_FOLLOW_UP = re.compile(
    r"(?:months?|mo|years?|yrs?|weeks?|days?)['\u2019]?(?:\s+of)?\s+(?:(?:median|mean|minimum|potential)\s+)*\Z"
)
_IS = re.compile(r"(?:\b(?:was|were|is|are)|:|\bmedians?(?:\s+of)?)\s*\Z")


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
        if any(p.search(text, start, token.start) for p in (_PEOPLE_WHO, _AFTER_EVENT, _WITH_OR_WITHOUT)):
            return True
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


def _is_time(token: Token) -> bool:
    return token.quantity is not None and token.quantity.kind is Kind.TIME
