"""The endpoint that stands behind its value: "34% responded", "5.6 months was the median PFS"."""

from __future__ import annotations

import re

from classifier.extraction.linking.walk_state import WalkState
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token, gap

_FORWARD_BE = re.compile(
    r"\A[\s,]*(?:was|were|is|being|represented|constituted)\s+(?:the\s+|an?\s+)?(?:observed\s+|estimated\s+"
    r"|actuarial\s+)?(?:median\s+|mean\s+)?(?:\d+-(?:year|month)\s+)?\Z"
)
_FORWARD_AGAIN = re.compile(r"\A[\s,]*(?:was\s+)?(?:the\s+)(?:median\s+|mean\s+)\Z")
_FORWARD_FOR = re.compile(
    r"\A\s*(?:for|in terms of|with (?:respect|regard|reference) to|regarding|as regards|as to"
    r"|concerning)\s+(?:the\s+)?(?:median\s+)?\Z"
)
_FORWARD_PEOPLE = re.compile(
    r"\A\s*(?:of\s+|in\s+)?(?:the\s+|all\s+|our\s+|these\s+|evaluable\s+|assessable\s+|treated\s+"
    r"|enrolled\s+|infused\s+|randomi[sz]ed\s+)*(?:\d+\s+)?(?:(?!versus|vs|compared|while|whereas|died"
    r"|progressed)[\w\u2265<>./\u00b7+'\u2019-]+\s+){0,7}?(?:\s*respectively,?\s+)?(?:were\s+)?\Z"
)
_FORWARD_HAD = re.compile(
    r"\b(?:had|have|has|having|achiev\w+|attain\w+|reach\w+|show\w+|experienc\w+|obtain\w+"
    r"|demonstrat\w+|regain\w*|enjoy\w*|gain\w*|maintain\w*|display\w*|derive\w*"
    r"|(?:fulfil\w*|met|meet|satisf\w+)\s+(?:all\s+)?(?:the\s+)?criteria\s+(?:of|for)"
    r"|with|for|an?|were|was|remain\w+|are|is)\s+(?:an?\s+|the\s+|confirmed\s+|documented\s+|best\s+"
    r"|still\s+|either\s+|at\s+least\s+a\s+)*\Z"
)
_AND = re.compile(r"\s*(?:,|/|,?\s*and|,?\s*or)\s*(?:the\s+|median\s+)*")
_DIRECTLY = re.compile(r"(?:(?<!total )(?<!out )(?<!\d )\b(?:of|was|were|is)|[=:])\s*\Z")
_SO_MANY_OF_A_GROUP = re.compile(
    r"(?:\d|\b[a-z-]+)\s+(?:of\s+\d+\s+)?(?:(?:patients|pts|women|men|children|adults|cases)\s+)?(?:on"
    r"|with|given|in|of"
    r"|treated with|receiving|assigned to|allocated)\s+(?:the\s+)?[\w+/-]+(?:\s[\w+/-]+){0,3}\s*\(\Z"
)
_OTHERS_THEN_RESPONDED = re.compile(
    r"[^()]{0,40}\)(?:\s*,?\s*(?:and|versus|vs\.?|compared (?:with|to)"
    r"|,)\s+[^();.%]{3,50}\([^()]{2,40}\)){0,2}\s+"
    r"(?:responded|(?:had|achieved|showed|attained)\s+an?\s+(?:(?:objective|clinical|confirmed|overall"
    r"|tumou?r)\s+)?response)\b"
)
_WITH_ANOTHER = re.compile(r"\s*,?\s*(?:with|including)\s+an?\b")
_PEOPLE_WORDS = re.compile(
    r"responded|alive|surviv(?:ed|ing)|progressed|died|relapsed|free (?:of|from)|progression.free\Z",
    re.IGNORECASE,
)


_TOGETHER = re.compile(r"\s*,?\s*(?:together|altogether|combined|in all|in total|taken together|overall)\b")
_COMPLETE_ONES = re.compile(r"\bcomplete (?:ones?|in)\b")
_TOGETHER_BEFORE = re.compile(
    r"\b(?:together|altogether|in all|in total|combined|overall(?: rate)?(?: of)?|sum(?: of)?|total"
    r"(?: of)?)[\s,:=]*\Z"
)
_WHO_WERE = re.compile(
    r"\b(?:were|was|are|is|remained|remain|patients|pts|women|men|children|those|them|cohort)\s*\Z"
)
_WITH_REGARD = re.compile(
    r"\b(?:with (?:regard|respect|reference) to|in terms of|regarding|as regards|concerning)\s+"
    r"(?:the\s+)?(?:median\s+)?\Z"
)


class ForwardRules(WalkState):
    """Rules for values that stand in front of their own endpoint."""

    def _follows(self, i: int, token: Token) -> tuple[str, str]:
        """The endpoint behind the value, where the words between make it the value's own."""
        after = self.tokens[i + 1 : i + 4]
        if [t.kind for t in after] == ["open", "endpoint", "close"] and KIND[after[1].key] != "other":
            if not self.text[token.end : after[0].start].strip():
                return after[1].key, "value for its endpoint"  # "5.2 (PFS) and 15.2 months (OS)"
        if token.run in self.forward and token.kind == "value":
            return self.forward[token.run]
        if token.quantity is not None and token.quantity.why == "zero":
            return "ORR", "no responses"
        if token.quantity is not None and token.quantity.why == "of those" and self._speaks_of_response(i):
            return "ORR", "of those, responded"
        if token.quantity is not None and token.quantity.why == "responses in":
            return "ORR", "of those, responded"
        if token.quantity is not None and token.quantity.why == "no response in":
            return "ORR", "no responses"
        if "responders" in token.notes:
            return "ORR", "of those, responded"
        if self._sums_up_responses(i, token):
            return "ORR", "complete and partial together"
        q, focus = token.quantity, self.focus
        if (
            q is not None
            and q.kind is Kind.COUNT
            and q.count == 0
            and focus is not None
            and not focus.inherited
        ):
            if self.text[focus.start : focus.end].casefold().startswith("no response"):
                return "ORR", "no responses"
        if self._stands_behind_its_endpoint(i, token):
            return "", ""
        if self._share_of_who_responded(i, token):
            return "ORR", "people who responded"
        last, runs = i, 1
        for j in range(i + 1, len(self.tokens)):
            other = self.tokens[j]
            if other.kind == "value" and other.depth == token.depth:
                if other.run != token.run:
                    runs += 1
                    if runs > 3:
                        return "", ""
                last = j
            elif other.depth < token.depth:
                return "", ""
            elif other.kind == "endpoint" and other.depth == token.depth:
                if runs > 1 and self.named and not self._with_regard(last, j):
                    return "", ""
                if runs == 1 and (key := self._in_their_order(last, j, token)):
                    return key, "value for its endpoint"
                found = self._behind(last, j, token) if runs == 1 else self._behind_list(last, j, token)
                if found[0] and token.run >= 0:
                    self.forward[token.run] = found
                    self.forward_before = found[1] == "value before its endpoint"
                return found
        return "", ""

    def _in_their_order(self, last: int, j: int, token: Token) -> str:
        """ "5.2 and 15.2 months, respectively, for PFS and OS": as many values as endpoints."""
        words = _without_intervals(self.text, self.tokens, last, j).replace(", respectively,", "")
        if _FORWARD_FOR.match(words) is None:
            return ""
        values = [t for t in self.tokens[: last + 1] if t.run == token.run and t.kind == "value"]
        named = [self.tokens[j]]
        for other in self.tokens[j + 1 :]:
            between = self.text[named[-1].end : other.start]
            if other.kind != "endpoint" or not _AND.fullmatch(between):
                break
            named.append(other)
        if len(named) < 2 or len(named) != len(values):
            return ""
        return named[values.index(token)].key

    def _stands_behind_its_endpoint(self, i: int, token: Token) -> bool:
        """ "ORR was 91%, and 58% had a CR": the first of a list that goes on with another endpoint's."""
        focus, before = self.focus, self.tokens[i - 1] if i else None
        if focus is None or focus.inherited or focus.values or before is None or token.run < 0:
            return False
        if before.kind == "value" or not any(t.run == token.run for t in self.tokens[i + 1 :]):
            return False
        if not set(focus.keys) & EXTRACTED or (q := token.quantity) is None or q.kind is Kind.PLAIN:
            return False
        return _DIRECTLY.search(self.text, max(0, token.start - 12), token.start) is not None

    def _speaks_of_response(self, i: int) -> bool:
        """Whether "9 responded" or, after it, "12 did" is said of the response."""
        behind = self.text[self.tokens[i].end : self.tokens[i].end + 24]
        if re.match(r"\s+(?:responded|had)", behind):
            return True
        return any(t.kind == "endpoint" and t.key == "ORR" for t in self.tokens[:i])

    def _share_of_who_responded(self, i: int, token: Token) -> bool:
        """ "30 patients on A (45%) and 33 on B (51%) responded": shares in brackets, the verb behind them."""
        q = token.quantity
        if q is None or q.kind is not Kind.PERCENT or not token.depth or i == 0:
            return False
        if self.tokens[i - 1].kind != "open":
            return False
        if not _SO_MANY_OF_A_GROUP.search(self.text, max(0, token.start - 70), token.start):
            return False
        verb = _OTHERS_THEN_RESPONDED.match(self.text, token.end, token.end + 130)
        return verb is not None

    def _is_told(self, token: Token) -> bool:
        """ "the ORR was 95%": whether the value stands right behind the response it is of."""
        focus = self.focus
        if focus is None or focus.inherited or focus.values or focus.keys != ["ORR"]:
            return False
        return _DIRECTLY.search(self.text, max(0, token.start - 12), token.start) is not None

    def _with_regard(self, last: int, j: int) -> bool:
        """ "1.2 for gain and 1.9 for loss with regard to PFS": said of every value before."""
        return _WITH_REGARD.search(gap(self.text, self.tokens, last, j)) is not None

    def _sums_up_responses(self, i: int, token: Token) -> bool:
        """ "CR was seen in 32 and PR in 13, 82% together"."""
        q = token.quantity
        if q is None or q.kind is not Kind.PERCENT:
            return False
        after = _TOGETHER.match(self.text, token.after)
        if after is None and not _TOGETHER_BEFORE.search(self.text, max(0, token.start - 30), token.start):
            return False
        named = {t.key for t in self.tokens[:i] if t.kind == "endpoint"}
        if "PR" in named and "CR" not in named:
            return _COMPLETE_ONES.search(self.text, self.begin, token.start) is not None
        return {"CR", "PR"} <= named

    def _behind_list(self, last: int, j: int, token: Token) -> tuple[str, str]:
        """ "116 (74%) of 156 given A and 83 (53%) of 156 given B had a response"."""
        q, key = token.quantity, self.tokens[j].key
        if self._with_regard(last, j) and q is not None and (KIND[key] == "time" or q.kind is Kind.PERCENT):
            return key, "value for its endpoint"
        name = self.text[self.tokens[j].start : self.tokens[j].end]
        if q is None or q.kind not in (Kind.PERCENT, Kind.COUNT):
            return "", ""
        if KIND[key] != "rate" and not name.startswith(("alive", "free")):
            return "", ""
        words = gap(self.text, self.tokens, last, j)
        if ";" in words or len(words) > 90:
            return "", ""
        if _FORWARD_HAD.search(words) or name == "responded":
            return key, "people who had a response"
        return "", ""

    def _behind(self, last: int, j: int, token: Token) -> tuple[str, str]:
        words = _without_intervals(self.text, self.tokens, last, j).replace(", respectively,", "")
        key = self.tokens[j].key
        q = token.quantity
        if q is None or len(words) > 90:
            return "", ""
        name = self.text[self.tokens[j].start : self.tokens[j].end]
        percent = q.kind in (Kind.PERCENT, Kind.COUNT)
        focus = self.focus
        if percent and KIND[key] == "rate" and focus is not None and not focus.inherited and self.times:
            if KIND[focus.keys[0]] == "time" and re.match(r"\s*(?:for|in|with)\b", words):
                return "", ""  # "the 4-year PFS was 80% for CR and 60% for PR"
        if key == "PFS" and "free" in name and not _WHO_WERE.search(words):
            percent_free = False
        else:
            percent_free = True
        if self._with_regard(last, j) and (KIND[key] == "time" or percent):
            return key, "value for its endpoint"
        if _FORWARD_FOR.match(words) and (q.kind is Kind.PLAIN or percent or KIND[key] == "time"):
            return key, "value for its endpoint"
        if key == "FOLLOW_UP" and re.fullmatch(
            r"\s*(?:of\s+)?(?:the\s+)?(?:median\s+|mean\s+|potential\s+)*", words
        ):
            return key, "value before its endpoint"
        if percent and not words.strip(" \u00a0\u2265>="):
            return key, "value before its endpoint"
        if percent and percent_free and _PEOPLE_WORDS.match(name) and _FORWARD_PEOPLE.match(words):
            return key, "people who responded"
        if percent and KIND[key] == "rate" and _FORWARD_PEOPLE.match(words) and _FORWARD_HAD.search(words):
            if key != "ORR" and _WITH_ANOTHER.match(words) and self._is_told(token):
                return "", ""  # "the ORR was 95% with a CR rate of 88%"
            return key, "people who had a response"
        if not percent and KIND[key] == "time":
            if q.kind is not Kind.PLAIN and _FORWARD_BE.match(words):
                return key, "value before its endpoint"
            if self.forward_before and _FORWARD_AGAIN.match(words):
                return key, "value before its endpoint"
            if q.kind is Kind.TIME and re.fullmatch(r"\s+(?:of\s+)?(?:median\s+)?", words):
                return key, "value before its endpoint"
        return "", ""


def _without_intervals(text: str, tokens: list[Token], left: int, right: int) -> str:
    """The words between two tokens, brackets and an interval set off by commas left out."""
    words = gap(text, tokens, left, right)
    for token in tokens[left + 1 : right]:
        if token.kind == "interval" and token.notes and token.depth == tokens[left].depth:
            words = words.replace(text[token.start : token.end], "")
    return words
