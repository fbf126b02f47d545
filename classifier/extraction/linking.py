"""Which number belongs to which endpoint.

A sentence is walked once from left to right. The endpoints named last, as a group ("PFS and OS"),
are the *focus*; a value is linked to the focus unless it stands in front of its own endpoint ("34%
responded", "5.6 months was the median PFS"). An endpoint named inside brackets is the focus only
there. Endpoints that are not extracted take the focus like any other, which is how "TTP was 6 months"
keeps its number. A sentence that names no endpoint goes on with the focus of the one before when
its words say so ("the median was", "it was", "rates were").

Values of a focus with two endpoints are dealt out in turn ("PFS and OS were 2.8 and 13.2 months"),
pairs joined by "versus" together; time points likewise ("12- and 24-month PFS was 70% and 50%").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from classifier.extraction.endpoints import EXTRACTED, KIND
from classifier.extraction.numbers import Kind
from classifier.extraction.tokens import Token, gap


@dataclass(slots=True)
class Focus:
    """The endpoints that the next value belongs to.

    `times` are months; `inherited` counts the sentences since the focus was named (0: this one).
    """

    keys: list[str]
    start: int
    end: int
    times: tuple[float, ...] = ()
    inherited: int = 0
    values: list[Token] = field(default_factory=list)
    topic: Focus | None = None  # the extracted endpoint spoken of last, where this is another
    valued: bool = False  # a value was linked to it when it was named


@dataclass(slots=True)
class Link:
    """A value with the endpoint it is linked to, and how.

    `key` is "" where nothing claims the value; `how` names the rule; `statistic` is the annotation
    guide's word.
    """

    token: Token
    key: str
    statistic: str
    how: str
    focus: Focus | None = None
    timepoint: float | None = None
    cue: Token | None = None
    others: tuple[str, ...] = ()


_COORDINATED = re.compile(
    r"\A[\s,;/()\[\]]*(?:(?:and|or|as well as|plus|,|/|both|also|the|an?|in|of|their|medians?|mean|rates?"
    r"|times?|estimated|observed|actuarial|cumulative|respective|corresponding|overall|HRs?|hazard ratios?"
    r"|[1-9]\d?(?:-|\s)(?:year|month|yr|mo)s?)[\s,/()\[\]]*)*\Z"
)
_PARENTHESIS_TAIL = re.compile(r"\A\s*[\[(]\s*\Z")
_FORWARD_BE = re.compile(
    r"\A[\s,]*(?:was|were|is|being|represented|constituted)\s+(?:the\s+|an?\s+)?(?:observed\s+|estimated\s+"
    r"|actuarial\s+)?(?:median\s+|mean\s+)?(?:\d+-(?:year|month)\s+)?\Z"
)
_FORWARD_AGAIN = re.compile(r"\A[\s,]*(?:was\s+)?(?:the\s+)(?:median\s+|mean\s+)\Z")
_FORWARD_FOR = re.compile(r"\A\s*(?:for|in terms of|with respect to)\s+(?:the\s+)?(?:median\s+)?\Z")
_PRONOUN = re.compile(r"it|this|they|these")
_BACK_TO_TOPIC = re.compile(
    r"\b(?:it|this|they|these|(?:the )?(?:corresponding |respective )?(?:figures?|rates?|medians?|values?"
    r"|ranges?))"
    r"\s+(?:was|were|is|had been|became)\s+(?:only\s+|about\s+|approximately\s+"
    r"|estimated at\s+)?[<>~\u2248]?\s*\Z"
)
_FORWARD_PEOPLE = re.compile(
    r"\A\s*(?:of\s+|in\s+)?(?:the\s+|all\s+|our\s+|these\s+|evaluable\s+|assessable\s+|treated\s+"
    r"|enrolled\s+|infused\s+|randomi[sz]ed\s+)*(?:\d+\s+)?(?:(?!versus|vs|compared|while|whereas|died"
    r"|progressed)[\w\u2265<>./\u00b7+-]+\s+){0,7}?\Z"
)
_FORWARD_HAD = re.compile(
    r"\b(?:had|have|has|having|achiev\w+|attain\w+|reach\w+|show\w+|experienc\w+|obtain\w+|demonstrat\w+"
    r"|with|for|an?|were|was|remain\w+|are|is)\s+(?:an?\s+|the\s+|confirmed\s+|documented\s+|best\s+"
    r"|still\s+|either\s+|at\s+least\s+a\s+)*\Z"
)
_PEOPLE_WORDS = re.compile(r"responded|alive|surviv(?:ed|ing)|progressed|died|relapsed", re.IGNORECASE)
_DURATION = re.compile(
    r"(?:\b(?:after|at|within|over|for) an? median (?:\w+ )?of|\b(?:every|each|for|per|least|most|than"
    r"|first|last|within|up to|until|over|about every|during|next"
    r"|previous|prior|minimum of|maximum of|approximately every|aged?|more|less|after|interval of"
    r"|course of|followed for|once|q|duration of|stable disease)|[<>\u2265\u2264=]|\u2265|or)\s*\Z"
)
_NAMES_RANGE = re.compile(r"\b(?:rang\w+|from|between|extended|varied|spread|across|lay)\b[^.;]*\Z")
_FACTOR_OF = re.compile(
    r"\b(?:of|for|with|shorter|longer|shortened|lengthened|worse|better|inferior|superior|poor\w*|reduced"
    r"|improved|adverse|predict\w*)\s+(?:\w+\s+)?\Z"
)
_PEOPLE_HAVING = re.compile(
    r"\b(?:patients|pts|children|those|women|men|adults|people)\s+(?:who\s+)?(?:with|without|achiev\w+"
    r"|reach\w+|enter\w+|attain\w+|had|having|in)\s+(?:an?\s+)?\Z"
)
_AND_AGAIN = re.compile(r"(?:,|\band|\bbut|\bversus|\bvs\.?|\bv)\s+(?:only\s+)?\Z")
_FOR_GROUP = re.compile(r"\s*(?:[\[(][^()\[\]]*[)\]]\s*)?(?:in|for|among|with)\b")
_ODDS = re.compile(r"odds|OR\b|[Rr]isk ratio|[Rr]elative risk|SUCRA|cumulative ranking")
_HAZARD = re.compile(r"[Hh]azards?[\s-]+[Rr]atio|\bHRs?\b")
_INHERIT = re.compile(
    r"\b(?:(?:it|they|these|this|those) (?:was|were|is|became|amounted)|[Tt]he figures?"
    r"|the (?:[\w-]+\s){0,3}(?:median"
    r"|medians|rates?|HRs?|hazard ratios?"
    r"|figures?|values?|ranges?|estimates?|probabilit\w+|percentages?)|[Mm]edians|[Rr]ates (?:were|in)"
    r"|corresponding|respective|same|figures"
    r"|HRs?|hazard ratios?|[Mm]edian (?:was|of|in))\b"
)


def link_sentence(text: str, tokens: list[Token], before: Focus | None) -> tuple[list[Link], Focus | None]:
    """Link every value of one sentence.

    Parameters
    ----------
    tokens : list of Token
        The sentence's tokens, in order, units already spread over lists.
    before : Focus or None
        The focus that the sentence before left behind.

    Returns
    -------
    list of Link
        One per value, in order; `key` is "" where nothing claims it.
    Focus or None
        What the next sentence may inherit.
    """
    walk = _Walk(text, tokens, before)
    walk.run()
    return walk.links, walk.carried()


class _Walk:
    """The state of one pass over a sentence."""

    def __init__(self, text: str, tokens: list[Token], before: Focus | None) -> None:
        self.text = text
        self.tokens = tokens
        self.links: list[Link] = []
        self.focus: Focus | None = None
        self.named = False  # an endpoint of this sentence holds the focus
        self.before = before
        if before is not None:
            self.focus = Focus(
                list(before.keys), before.start, before.end, before.times, before.inherited + 1
            )
        self.saved: list[Focus | None] = []
        self.hr: Token | None = None
        self.mean = False
        self.odds = False  # the ratios that follow are odds ratios
        self.times: tuple[float, ...] = ()
        self.last_endpoint = -1
        self.forward: dict[int, tuple[str, str]] = {}  # run -> endpoint that follows it, rule
        self.ahead: Focus | None = None
        self.history: list[Focus] = []
        if before is not None and before.topic is not None:
            self.history.append(before.topic)
        if self.focus is not None:
            self.history.append(self.focus)
        self.forward_before = False

    def run(self) -> None:
        for i, token in enumerate(self.tokens):
            match token.kind:
                case "open":
                    self.saved.append(self.focus)
                case "close":
                    self._close()
                case "endpoint":
                    self._endpoint(i, token)
                case "hr":
                    self.hr, self.odds = token, False
                case "median":
                    self.mean, self.hr = False, None
                case "mean":
                    self.mean, self.hr = True, None
                case "timepoint":
                    self._timepoint(i, token)
                case "value":
                    self._value(i, token)
                case "interval":
                    self._interval(i, token)
        self._deal()

    def carried(self) -> Focus | None:
        """The focus that the next sentence may go on with."""
        focus = self._carried()
        if focus is None:
            return None
        for earlier in reversed(self.history):
            if set(earlier.keys) & EXTRACTED:
                focus.topic = Focus(list(earlier.keys), earlier.start, earlier.end, earlier.times)
                break
        focus.valued = any(link.focus is not None and link.key in focus.keys for link in self.links)
        return focus

    def _carried(self) -> Focus | None:
        for token in reversed(self.tokens):
            if token.kind == "endpoint" and token.key in EXTRACTED:
                focus = self.focus if self.focus and set(self.focus.keys) & EXTRACTED else None
                if focus is None or focus.inherited:
                    focus = Focus([token.key], token.start, token.end, self.times)
                return Focus(list(focus.keys), focus.start, focus.end, focus.times or self.times)
            if token.kind == "endpoint" and KIND[token.key] != "other":
                return Focus([token.key], token.start, token.end, self.times)
        if self.focus is not None and self.focus.inherited <= 2:
            return self.focus
        return None

    def _close(self) -> None:
        if not self.saved:
            return
        outer = self.saved.pop()
        if outer is not None and self.focus is not outer:
            # "(PFS)" after "progression-free survival" names it again; anything else ends here.
            inner = self.focus
            if inner is not None and not inner.values and set(inner.keys) <= set(outer.keys):
                outer.end = max(outer.end, inner.end)
            self.focus = outer
        elif outer is None and self.focus is not None and self.focus.values:
            self.focus = outer or self.focus

    def _endpoint(self, i: int, token: Token) -> None:
        if (
            KIND[token.key] == "other"
            and self.focus is not None
            and not self.focus.inherited
            and not self.focus.values
        ):
            if re.search(
                r"\b(?:from|since|after)\s+(?:the\s+)?(?:first\s+)?\Z",
                self.text[max(0, token.start - 18) : token.start],
            ):
                return  # "median survival from relapse"
        if (
            KIND[token.key] == "rate"
            and token.key != "ORR"
            and _PEOPLE_HAVING.search(self.text, max(0, token.start - 60), token.start)
            and any(t.kind == "endpoint" and KIND[t.key] == "time" for t in self.tokens)
        ):
            return  # "patients without pCR": they are a group, not a result
        j = self.last_endpoint
        if j >= 0 and self.tokens[j].key == "FOLLOW_UP":
            if re.fullmatch(
                r"\s+(?:time\s+)?(?:for|of)\s+(?:the\s+)?", self.text[self.tokens[j].end : token.start]
            ):
                return  # "median follow-up for survival"
        together = self._coordinated(i)
        self.last_endpoint = i
        if together and self.focus is not None:
            if self.focus.values:  # dealt already: "(PFS)" after values names it again
                return
            if token.key not in self.focus.keys:
                self.focus.keys.append(token.key)
            self.focus.end = token.end
        else:
            self.focus = Focus([token.key], token.start, token.end, self.times)
            self.history.append(self.focus)
        if KIND[token.key] != "other":
            self.named = True
        elif _ODDS.match(self.text, token.start):
            self.hr, self.odds = None, True

    def _coordinated(self, i: int) -> bool:
        """Whether the endpoint at `i` goes on with the one before: "PFS and OS", "survival (OS)"."""
        j = self.last_endpoint
        if j < 0 or self.focus is None or self.focus.inherited:
            return False
        if KIND[self.tokens[i].key] == "other" or KIND[self.tokens[j].key] == "other":
            return False
        if self.text.startswith("responder", self.tokens[j].start):
            return False
        between = self.tokens[j + 1 : i]
        if any(t.kind in ("value", "interval") for t in between):
            return False
        words = self.text[self.tokens[j].end : self.tokens[i].start]
        if len(words) > 60:
            return False
        if self.tokens[i].key == self.tokens[j].key and _PARENTHESIS_TAIL.match(words):
            return True
        return bool(words.strip()) and _COORDINATED.match(words) is not None

    def _timepoint(self, i: int, token: Token) -> None:
        if token.quantity is None or not token.quantity.times:
            return
        before = self.tokens[i - 1] if i else None
        behind = self.links[-1] if self.links else None
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        opens = (
            after is not None
            and after.kind == "value"
            and not self.text[token.end : after.start].strip()
            and self.text[: token.start].rstrip().endswith((",", ";", "and"))
        )  # "82% at 12 months, at 24 months 15%"
        if (
            not opens
            and token.quantity.why == "at"
            and before is not None
            and behind is not None
            and behind.token.quantity is not None
            and behind.token.quantity.kind is Kind.PERCENT
            and len(self._gap_from(behind.token, i)) < (46 if before.kind == "endpoint" else 28)
            and not re.search(r"[;.]|\band\b", self._gap_from(behind.token, i))
        ):
            joined = [link for link in self.links if link.token.run == behind.token.run]
            times = token.quantity.times
            for n, link in enumerate(joined):
                link.timepoint = times[n] if len(times) == len(joined) else times[0]
            if self.focus is not None and not self.times:
                self.times = token.quantity.times
            return
        self.times = token.quantity.times
        if self.focus is not None and not self.focus.values:
            self.focus.times = self.times

    def _gap_from(self, value: Token, i: int) -> str:
        return gap(self.text, self.tokens, self.tokens.index(value), i)

    def _interval(self, i: int, token: Token) -> None:
        """A pair of numbers with a unit and no value in front of it is a range over studies."""
        q = token.quantity
        if q is None or not q.why.startswith("pair") or token.notes:
            return
        self._value(i, token)

    def _value(self, i: int, token: Token) -> None:
        q = token.quantity
        if q is None:
            return
        if q.kind is Kind.PLAIN or q.why == "pair plain":
            if self._is_ratio(token):
                self._ratio(i, token)
                return
        key, how = self._follows(i, token)
        if key:
            focus: Focus | None = Focus([key], token.start, token.end, self.times)
        else:
            focus = self._compatible(i, token)
            how = "focus" if focus and not focus.inherited else "inherited"
            if focus is None:
                how = "none"
            elif focus.inherited:
                sentence = self.text[self.tokens[0].start : token.start]
                start = self.text.rfind(". ", 0, self.tokens[0].start) + 1
                sentence = self.text[max(start, self.tokens[0].start - 200) : token.start]
                if not _INHERIT.search(sentence):
                    how = "inherited without a cue"
        link = Link(token, "", self._statistic(token), how, focus, self._time_of(focus), self.hr)
        self.links.append(link)
        if focus is not None:
            focus.values.append(token)

    def _time_of(self, focus: Focus | None) -> float | None:
        times = self.times or (focus.times if focus is not None else ())
        if not times and self.before is not None and self.tokens:
            start = self.tokens[0].start
            if re.search(
                r"[Cc]orresponding|[Rr]espective(?!ly)", self.text[max(0, start - 60) : self.tokens[-1].end]
            ):
                times = self.before.times
        return times[0] if times else None

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

    def _goes_on_with_ratios(self, token: Token) -> bool:
        """ "HR was 0.70 in men and 0.95 in women": one more after the ratio before it."""
        last = self.links[-1] if self.links else None
        if last is None or last.statistic != "hazard_ratio" or token.start - last.token.end > 90:
            return False
        return (
            _AND_AGAIN.search(self.text, last.token.end, token.start) is not None
            and _FOR_GROUP.match(self.text, token.end, token.end + 60) is not None
        )

    def _compatible(self, i: int, token: Token) -> Focus | None:
        """The focus, or the last one that the value can belong to where the words go back to it."""
        q, focus = token.quantity, self.focus
        if q is None or focus is None:
            return focus
        if (
            focus.keys == ["FOLLOW_UP"]
            and focus.values
            and focus.values[-1].run != token.run
            and re.search(r"\b(?:was|were|is)\s*\Z", self.text[max(0, token.start - 6) : token.start])
        ):
            # "OS, after a median follow-up of 19.9 months, was 20.2 months"
            for other in reversed(self.history[:-1]):
                if set(other.keys) & EXTRACTED and not other.inherited and not other.values:
                    return other
        aside = set(focus.keys) <= {"SAFETY", "BASELINE"}
        if aside and q.kind in (Kind.TIME, Kind.NOT_REACHED):
            # "...; in patients with late relapse, 41.6 v 23.0 months": a time has no place with toxicity
            for other in reversed(self.history[:-1]):
                if (
                    other.start >= self.tokens[0].start
                    and set(other.keys) & EXTRACTED
                    and any(KIND[k] == "time" for k in other.keys)
                ):
                    return other
        back = _BACK_TO_TOPIC.search(self.text, max(0, token.start - 60), token.start)
        if not back:
            of_rates = all(KIND[k] == "rate" for k in focus.keys)
            if of_rates and not focus.inherited and q.kind in (Kind.TIME, Kind.NOT_REACHED):
                # "not reached in responders but 6.1 months in others": a time has no place with a rate
                for other in reversed(self.history[:-1]):
                    if (
                        other.start >= self.tokens[0].start
                        and set(other.keys) & EXTRACTED
                        and KIND[other.keys[0]] == "time"
                    ):
                        return other
            return focus
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
                return other
        return focus

    def _ratio(self, i: int, token: Token) -> None:
        focus = self.focus
        key, _ = self._follows(i, token)
        if key and KIND[key] == "time":
            focus = Focus([key], token.start, token.end)
        elif not self.named:
            ahead = self._time_ahead(i)
            focus = ahead or focus
        if focus is not None and focus.inherited and self.named:
            focus = self._last_time_focus(i) or focus
        if focus is not None and not any(KIND[k] == "time" for k in focus.keys):
            focus = self._last_time_focus(i) or self._time_ahead(i) or focus
        how = "hazard ratio" if focus is not None else "none"
        if focus is not None and focus.inherited:
            how = "hazard ratio inherited"
        link = Link(token, "", "hazard_ratio", how, focus, None, self.hr)
        self.links.append(link)
        if focus is not None:
            focus.values.append(token)

    def _time_ahead(self, i: int) -> Focus | None:
        """The survival endpoint that a list of factors ends in: "X (HR 1.7) ... predicted shorter PFS"."""
        for token in self.tokens[i + 1 :]:
            if (
                token.kind == "endpoint"
                and token.depth == 0
                and KIND[token.key] == "time"
                and _FACTOR_OF.search(self.text, token.start - 40 if token.start > 40 else 0, token.start)
            ):
                if self.ahead is None or self.ahead.start != token.start:
                    self.ahead = Focus([token.key], token.start, token.end)
                return self.ahead
        return None

    def _last_time_focus(self, i: int) -> Focus | None:
        for token in reversed(self.tokens[:i]):
            if token.kind == "endpoint" and KIND[token.key] == "time":
                return Focus([token.key], token.start, token.end)
        return self.before if self.before and any(KIND[k] == "time" for k in self.before.keys) else None

    def _statistic(self, token: Token) -> str:
        q = token.quantity
        if q is None:
            return ""
        if q.kind is Kind.TIME or q.kind is Kind.NOT_REACHED or q.why == "pair time":
            return "mean" if self.mean and q.kind is not Kind.NOT_REACHED else "median"
        if q.kind in (Kind.PERCENT, Kind.COUNT) or q.why == "pair percent":
            return "rate"
        return "plain"

    def _follows(self, i: int, token: Token) -> tuple[str, str]:
        """The endpoint behind the value, where the words between make it the value's own."""
        if token.run in self.forward and token.kind == "value":
            return self.forward[token.run]
        if token.quantity is not None and token.quantity.why == "zero":
            return "ORR", "no responses"
        if token.quantity is not None and token.quantity.why == "of those" and self._speaks_of_response(i):
            return "ORR", "of those, responded"
        if token.quantity is not None and token.quantity.why == "no response in":
            return "ORR", "no responses"
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
        last, runs = i, 1
        for j in range(i + 1, len(self.tokens)):
            other = self.tokens[j]
            if other.kind == "value" and other.depth == token.depth:
                if other.run != token.run:
                    runs += 1
                    if self.named or runs > 3:
                        return "", ""
                last = j
            elif other.depth < token.depth:
                return "", ""
            elif other.kind == "endpoint" and other.depth == token.depth:
                found = self._behind(last, j, token) if runs == 1 else self._behind_list(last, j, token)
                if found[0] and token.run >= 0:
                    self.forward[token.run] = found
                    self.forward_before = found[1] == "value before its endpoint"
                return found
        return "", ""

    def _speaks_of_response(self, i: int) -> bool:
        """Whether "9 responded" or, after it, "12 did" is said of the response."""
        behind = self.text[self.tokens[i].end : self.tokens[i].end + 24]
        if re.match(r"\s+(?:responded|had)", behind):
            return True
        return any(t.kind == "endpoint" and t.key == "ORR" for t in self.tokens[:i])

    def _behind_list(self, last: int, j: int, token: Token) -> tuple[str, str]:
        """ "116 (74%) of 156 given A and 83 (53%) of 156 given B had a response"."""
        q, key = token.quantity, self.tokens[j].key
        if q is None or q.kind not in (Kind.PERCENT, Kind.COUNT) or KIND[key] != "rate":
            return "", ""
        words = gap(self.text, self.tokens, last, j)
        name = self.text[self.tokens[j].start : self.tokens[j].end]
        if ";" in words or len(words) > 90:
            return "", ""
        if _FORWARD_HAD.search(words) or name == "responded":
            return key, "people who had a response"
        return "", ""

    def _behind(self, last: int, j: int, token: Token) -> tuple[str, str]:
        words = _without_intervals(self.text, self.tokens, last, j)
        key = self.tokens[j].key
        q = token.quantity
        if q is None or len(words) > 90:
            return "", ""
        name = self.text[self.tokens[j].start : self.tokens[j].end]
        percent = q.kind in (Kind.PERCENT, Kind.COUNT)
        if _FORWARD_FOR.match(words) and (q.kind is Kind.PLAIN or percent or KIND[key] == "time"):
            return key, "value for its endpoint"
        if key == "FOLLOW_UP" and re.fullmatch(
            r"\s*(?:of\s+)?(?:the\s+)?(?:median\s+|mean\s+|potential\s+)*", words
        ):
            return key, "value before its endpoint"
        if percent and not words.strip():
            return key, "value before its endpoint"
        if percent and _PEOPLE_WORDS.match(name) and _FORWARD_PEOPLE.match(words):
            return key, "people who responded"
        if percent and KIND[key] == "rate" and _FORWARD_PEOPLE.match(words) and _FORWARD_HAD.search(words):
            return key, "people who had a response"
        if not percent and KIND[key] == "time":
            if q.kind is not Kind.PLAIN and _FORWARD_BE.match(words):
                return key, "value before its endpoint"
            if self.forward_before and _FORWARD_AGAIN.match(words):
                return key, "value before its endpoint"
            if q.kind is Kind.TIME and re.fullmatch(r"\s+(?:median\s+)?", words):
                return key, "value before its endpoint"
        return "", ""

    def _deal(self) -> None:
        """Deal the values of each focus out over its endpoints and time points."""
        by_focus: dict[int, list[Link]] = {}
        for link in self.links:
            if link.focus is not None:
                by_focus.setdefault(id(link.focus), []).append(link)
        for links in by_focus.values():
            focus = links[0].focus
            if focus is None:
                continue
            for statistic in ("median", "mean", "rate", "hazard_ratio", "plain"):
                of_one_kind = [k for k in links if k.statistic == statistic]
                _deal_out(focus, of_one_kind, self.text)
                self.links += _said_of_all(of_one_kind)


def _without_intervals(text: str, tokens: list[Token], left: int, right: int) -> str:
    """The words between two tokens, brackets and an interval set off by commas left out."""
    words = gap(text, tokens, left, right)
    for token in tokens[left + 1 : right]:
        if token.kind == "interval" and token.notes and token.depth == tokens[left].depth:
            words = words.replace(text[token.start : token.end], "")
    return words


def _deal_out(focus: Focus, links: list[Link], text: str) -> None:
    if not links:
        return
    wanted = {"median": "time", "mean": "time", "hazard_ratio": "time"}.get(links[0].statistic)
    keys = [k for k in focus.keys if wanted is None or KIND[k] == wanted] or focus.keys
    times = focus.times if links[0].statistic == "rate" else ()
    depth = min(link.token.depth for link in links)
    units: list[list[Link]] = []
    for link in links:
        token = link.token
        if units and (token.depth > depth or token.versus):
            units[-1].append(link)
        else:
            units.append([link])
    for n, unit in enumerate(units):
        for link in unit:
            if len(keys) == 1:
                link.key = keys[0]
            elif len(units) % len(keys) == 0:
                link.key = keys[n % len(keys)]
                link.others = tuple(k for k in keys if k != link.key)
            else:
                link.key = keys[0]
                link.others = tuple(keys[1:])
                link.how += ", shared"
            if len(times) > 1:
                link.timepoint = times[(n // (len(keys) if len(keys) > 1 else 1)) % len(times)]


def _said_of_all(links: list[Link]) -> list[Link]:
    """ "Median PFS and OS were not reached": one statement of several endpoints."""
    if len(links) != 1 or not links[0].others or links[0].token.quantity is None:
        return []
    link, q = links[0], links[0].token.quantity
    if q is None or q.kind is not Kind.NOT_REACHED:
        return []
    rest = [k for k in link.others if KIND[k] == "time"]
    return [Link(link.token, k, link.statistic, "said of all", link.focus, None, link.cue) for k in rest]


def is_duration(text: str, token: Token) -> bool:
    """Whether the words before a time make it a schedule or a threshold, not a result."""
    return _DURATION.search(text, max(0, token.start - 24), token.start) is not None
