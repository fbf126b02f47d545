"""Hazard ratios: which bare number is one, and of which endpoint."""

from __future__ import annotations

import re

from classifier.extraction.linking.carrying import goes_on
from classifier.extraction.linking.forward import ForwardRules
from classifier.extraction.linking.links import Focus, Link
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token

_NAMES_RANGE = re.compile(r"\b(?:rang\w+|from|between|extended|varied|spread|across|lay)\b[^.;]*\Z")
_FACTOR_OF = re.compile(
    r"\b(?:of|for|with|shorter|longer|shortened|lengthened|worse|better|inferior|superior|poor\w*|reduced"
    r"|improved|adverse|predict\w*|impair\w*|up?on|affect\w*|influenc\w*|impact\w*|compromis\w*|worsen\w*"
    r"|determin\w*|regarding|concerning|(?:linked|related|tied|prognostic|detrimental|relevant"
    r"|correlated) to)\s+(?:\w+\s+)?\Z"
)
_AND_AGAIN = re.compile(r"(?:,|\band|\bbut|\bversus|\bvs\.?|\bv)\s+(?:only\s+)?\Z")
_WHEN = re.compile(r"\b(?:at|after|since|before|prior|with|without|early|late|first)\s+\Z")
_PROVED = re.compile(
    r"\b(?:were|was|are|is|remained|proved|predict\w*|emerged|retained|affected|influenced|impaired"
    r"|worsened|determined)\b"
)
_NEXT_LABEL = re.compile(r"\s*(?:[\[(][^()\[\]]*[)\]]\s*)?[;,]\s*(?:and\s+)?[^;,()\[\]]{1,50}[,:]?\s+")
_FOR_GROUP = re.compile(r"\s*(?:[\[(][^()\[\]]*[)\]]\s*)?(?:in|for|among|with)\b")
_EVENT = re.compile(r"(?i:relapses?|recurrences?|progressed|discontinu\w+|infections?)")
_RATIO_FOR = re.compile(r"\s*(?:[\[(][^()\[\]]*[)\]]\s*)?(?:of|for)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}")
_LESS_OR_MORE = re.compile(
    r"\b(?:fewer|more|less|lower|higher|risk of|hazard of|that of|incidence of|rate of|reduc\w+"
    r"|increas\w+)\s+(?:[\w-]+\s+){0,2}\Z"
)
_HAZARD = re.compile(r"[Hh]azards?[\s-]+[Rr]atio|\bHRs?\b")


class RatioRules(ForwardRules):
    """Rules for hazard ratios."""

    def _is_ratio(self, token: Token) -> bool:
        """Whether a bare number is a hazard ratio: after the words, written as one, of a sane size."""
        q = token.quantity
        digits = self.text[token.start : token.end]
        if q is None or q.value is None or (not digits[0].isdigit() and digits[0] not in ".\u00b7"):
            return False
        decimal = not digits.isdigit()
        if q.kind is Kind.INTERVAL:
            return (
                self.hr is not None
                and decimal
                and 0 < q.value <= 20
                and _NAMES_RANGE.search(self.text, max(0, token.start - 40), token.start) is not None
            )
        if not 0 < q.value <= 60 or self.odds:
            return False
        if self.hr is None and decimal and self._goes_on_from_ratios(token):
            return True
        if self.hr is None:
            # "(0.21; 0.05-0.96)": a decimal with its interval in a text that reports hazard ratios
            return (
                decimal
                and token.interval is not None
                and token.interval.value is not None
                and token.depth > 0
                and q.value <= 20
                and self.focus is not None
                and (
                    all(KIND[k] == "time" for k in self.focus.keys)
                    or (
                        all(KIND[k] == "other" for k in self.focus.keys)
                        and self._last_time_focus(0) is not None
                    )
                    or any(
                        t.kind == "endpoint" and KIND[t.key] == "time" and t.end < token.start
                        for t in self.tokens
                    )
                )
                and _HAZARD.search(self.text, 0, token.start) is not None
            )
        words = self.text[self.hr.end : token.start]
        told_after = re.match(r"\s*(?:\([^()]*\)\s*)?for\s", self.text[token.end : token.end + 60])
        if decimal and told_after and any(k.statistic == "hazard_ratio" for k in self.links):
            return True  # "0.67 for PFS and 0.81 for OS"
        if decimal and self._goes_on_with_ratios(token):
            return True
        near = len(words) < 60 and not re.search(r"\d|\bper\s*\Z", words)
        return (
            token.interval is not None
            or (near and (decimal or len(words) < 12))
            or (decimal and token.joined)
        )

    def _goes_on_from_ratios(self, token: Token) -> bool:
        """ "It was 0.51 (0.43-0.60) in the younger": after a sentence that ended in ratios."""
        focus = self.focus
        if focus is None or not focus.inherited or self.named or not focus.series:
            return False
        last = self.links[-1] if self.links else None
        if (
            last is not None
            and last.statistic == "hazard_ratio"
            and (token.joined or token.interval is not None)
        ):
            return True
        if focus.series[-1].statistic != "hazard_ratio":
            return False
        return token.interval is not None and goes_on(self.text, self.begin, token)

    def _goes_on_with_ratios(self, token: Token) -> bool:
        """ "HR was 0.70 in men and 0.95 in women": one more after the ratio before it."""
        last = self.links[-1] if self.links else None
        if last is None or last.statistic != "hazard_ratio" or token.start - last.token.end > 90:
            return False
        if (
            token.depth
            and last.token.depth == token.depth
            and _NEXT_LABEL.fullmatch(self.text, last.token.end, token.start)
        ):
            return True  # "(HR: eribulin, 0.71; capecitabine, 0.79)"
        return (
            _AND_AGAIN.search(self.text, last.token.end, token.start) is not None
            and _FOR_GROUP.match(self.text, token.end, token.end + 60) is not None
        )

    def _ratio(self, i: int, token: Token) -> None:
        focus = self.focus
        key, _ = self._follows(i, token)
        if key and KIND[key] == "time":
            focus = Focus([key], token.start, token.end)
        elif not self.named or self._names_a_factor(token, focus):
            ahead = self._time_ahead(i)
            if ahead is None or not self.named or _PROVED.search(self.text, token.after, ahead.start):
                focus = ahead or focus
        if focus is not None and focus.inherited and self.named:
            focus = self._last_time_focus(i) or focus
        if focus is not None and focus.keys == ["SAFETY"] and self._is_its_own_outcome(focus):
            focus = Focus(["OTHER_SURVIVAL"], focus.start, focus.end)
        if focus is not None and focus.keys == ["EVENTS"]:
            focus = Focus([_acronym(self.text, focus)], focus.start, focus.end)
        if focus is not None and not any(KIND[k] == "time" for k in focus.keys):
            focus = self._last_time_focus(i) or self._time_ahead(i) or focus
        how = "hazard ratio" if focus is not None else "none"
        if focus is not None and focus.inherited:
            how = "hazard ratio inherited"
        link = Link(token, "", "hazard_ratio", how, focus, None, self.hr)
        self.links.append(link)
        if focus is not None:
            focus.values.append(token)

    def _is_its_own_outcome(self, focus: Focus) -> bool:
        """ "fewer local recurrences (HR 0.6)": the ratio is that of the event named."""
        if self.hr is not None and self.hr.end <= focus.start:
            if _RATIO_FOR.fullmatch(self.text, self.hr.end, focus.start):
                return True
        return (
            _EVENT.fullmatch(self.text, focus.start, focus.end) is not None
            and _LESS_OR_MORE.search(self.text, max(0, focus.start - 40), focus.start) is not None
        )

    def _names_a_factor(self, token: Token, focus: Focus | None) -> bool:
        """Whether what was named is no result of its own: "disease at relapse (HR 2.7) ... predicted OS"."""
        if focus is None or focus.inherited or set(focus.keys) & EXTRACTED:
            return False
        if any(set(f.keys) & EXTRACTED and not f.inherited for f in self.history):
            return False
        if _WHEN.search(self.text, max(0, focus.start - 20), focus.start):
            return True
        words = self.text[focus.end : token.start].split("(")[0]
        return len(words.split()) > 1

    def _time_ahead(self, i: int) -> Focus | None:
        """The survival endpoint that a list of factors ends in: "X (HR 1.7) ... predicted shorter PFS"."""
        for token in self.tokens[i + 1 :]:
            if (
                token.kind == "endpoint"
                and token.depth == 0
                and KIND[token.key] == "time"
                and _FACTOR_OF.search(self.text, token.start - 40 if token.start > 40 else 0, token.start)
            ):
                if any(t.kind == "hr" and 0 <= token.start - t.end < 8 for t in self.tokens[i + 1 :]):
                    return None  # "0.97, whereas the HR for OS was 0.62": that one has its own
                if self.ahead is None or self.ahead.start != token.start:
                    self.ahead = Focus([token.key], token.start, token.end)
                return self.ahead
        return None

    def _last_time_focus(self, i: int) -> Focus | None:
        for token in reversed(self.tokens[:i]):
            if token.kind == "endpoint" and KIND[token.key] == "time":
                return Focus([token.key], token.start, token.end)
        for focus in (self.before, self.before.topic if self.before is not None else None):
            if focus is not None and any(KIND[k] == "time" for k in focus.keys):
                return focus
        return None


def _acronym(text: str, focus: Focus) -> str:
    """ "PFS events (HR 0.66)": the ratio is that of the endpoint itself."""
    name = re.search(r"PFS|EFS|DFS|OS", text[focus.start : focus.end])
    return name[0] if name is not None else "OTHER_SURVIVAL"
