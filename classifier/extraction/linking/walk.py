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

from classifier.extraction.linking.carrying import deal_series, series_of
from classifier.extraction.linking.links import Focus, Link, Series, deal, dealt_time, widen_neither
from classifier.extraction.linking.topics import TopicRules
from classifier.extraction.text.endpoints import EXTRACTED, KIND
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token

_COORDINATED = re.compile(
    r"\A[\s,/()\[\]]*(?:(?:and|or|nor|as well as|plus|,|/|both|also|the|an?|in|of|their|medians?|mean|rates?"
    r"|times?|estimated|observed|actuarial|cumulative|respective|corresponding|overall|HRs?|hazard ratios?"
    r"|prolonged|improved|longer|shorter|better|worse|inferior|superior|poor|poorer"
    r"|(?:[1-9]\d?|one|two|three|four|five|six|ten|twelve)(?:-|\s)(?:year|month|yr|mo)s?)[\s,/()\[\]]*)*\Z"
)
_PARENTHESIS_TAIL = re.compile(r"\A\s*[\[(]\s*\Z")
_IS_A_GROUP = re.compile(
    r"\s+(?:\w+\s+)?(?:groups?|arms?|regimens?|treatments?|courses?|schedules?|therapy|programmes?"
    r"|strateg\w+)\b"
)
_TIME_OF_SOMETHING_ELSE = re.compile(
    r"\s+(?:of\s+)?(?:the\s+)?(?:median\s+|mean\s+)?follow|\s+of\s+(?:\w+\s+)?(?:transplant\w*|diagnosis"
    r"|surgery|resection"
    r"|(?:first-line|initial|prior|previous)\s\w+|therapy|treatment|randomi[sz]ation|chemotherapy"
    r"|completi\w+|relapse|infusion)"
)
_LISTED = re.compile(r"\s*(?:,|and|or|/|,\s*and)\s*")
_PEOPLE_HAVING = re.compile(
    r"\b(?:patients|pts|children|those|women|men|adults|people)\s+(?:who\s+)?(?:with|without|achiev\w+"
    r"|reach\w+|enter\w+|attain\w+|had|having|in)\s+(?:an?\s+)?(?:complete\s+|partial\s+)?\Z"
)
_ODDS = re.compile(r"odds|OR\b|[Rr]isk ratio|[Rr]elative risk|SUCRA|cumulative ranking")


def link_sentence(
    text: str,
    tokens: list[Token],
    before: Focus | None,
    start: int | None = None,
    times: tuple[float, ...] = (),
) -> tuple[list[Link], Focus | None]:
    """Link every value of one sentence.

    Parameters
    ----------
    tokens : list of Token
        The sentence's tokens, in order, units already spread over lists.
    before : Focus or None
        The focus that the sentence before left behind.
    start : int, optional
        Where the sentence begins; at its first token unless given.
    times : tuple of float, optional
        Months at which its rates were told, where it says "at the same times".

    Returns
    -------
    list of Link
        One per value, in order; `key` is "" where nothing claims it.
    Focus or None
        What the next sentence may inherit.
    """
    walk = _Walk(text, tokens, before, start)
    walk.times = times
    walk.run()
    return walk.links, walk.carried()


class _Walk(TopicRules):
    """One pass over a sentence, left to right."""

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
                    self.odds = token.key == "odds"
                    self.hr = None if self.odds else token
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
        self.links += deal(self.links, self.text)
        deal_series(self.links)
        widen_neither(self.text, self.links)

    def carried(self) -> Focus | None:
        """The focus that the next sentence may go on with."""
        focus = self._carried()
        if focus is None:
            return None
        for earlier in reversed(self.history):
            if set(earlier.keys) & EXTRACTED:
                focus.topic = Focus(list(earlier.keys), earlier.start, earlier.end, earlier.times)
                break
        focus.series = series_of(self.links)
        focus.valued = any(link.focus is not None and link.key in focus.keys for link in self.links)
        if self.by_label and not self.named:  # the next group may follow in the next sentence
            focus.inherited, focus.listing = 0, True
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
        if self._tells_whose(token) or self._is_an_aside(i, token):
            return
        if self.mean and KIND[token.key] == "time" and not self._mean_stands_by(i):
            self.mean = False
        j = self.last_endpoint
        if j >= 0 and self.tokens[j].key == "FOLLOW_UP":
            if re.fullmatch(
                r"\s+(?:time\s+)?(?:for|of|in|among)\s+(?:the\s+|those\s+|patients\s+|who\s+|were\s+"
                r"|still\s+)*",
                self.text[self.tokens[j].end : token.start],
            ):
                return  # "median follow-up for survival"
        together = self._coordinated(i)
        self.last_endpoint = i
        if together and self.focus is not None:
            if self.focus.values:  # dealt already: "(PFS)" after values names it again
                return
            if token.key not in self.focus.keys:
                self.focus.keys.append(token.key)
            if not _PARENTHESIS_TAIL.match(self.text[self.tokens[j].end : token.start]):
                self.focus.slots.append(self._slot(i))
            self.focus.end = token.end
        else:
            self.focus = Focus([token.key], token.start, token.end, self.times, slots=[self._slot(i)])
            self.history.append(self.focus)
        if KIND[token.key] != "other":
            self.named = True
        elif _ODDS.match(self.text, token.start):
            self.hr, self.odds = None, True

    def _mean_stands_by(self, i: int) -> bool:
        """Whether the word "mean" said last is one of this endpoint, not of another thing before it."""
        start = self.tokens[i].start
        return any(t.kind == "mean" and -6 < start - t.end < 40 for t in self.tokens)

    def _slot(self, i: int) -> Series:
        """What the endpoint at `i` is told as: a rate at a time, a median, or not said."""
        token, before = self.tokens[i], self.tokens[i - 1] if i else None
        if KIND[token.key] == "rate":
            return Series(token.key, "rate")
        if before is not None and len(self.text[before.end : token.start]) < 3:
            q = before.quantity
            if before.kind == "timepoint" and q is not None and len(q.times) == 1:
                return Series(token.key, "rate", q.times[0])
            if before.kind == "median":
                return Series(token.key, "median")
        if self.text[token.start] == "m" and self.text[token.start + 1].isupper():
            return Series(token.key, "median")
        return Series(token.key, "")

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
        if _PARENTHESIS_TAIL.match(words):  # "PR (ORR 41%)" names another, "survival (OS)" the same
            return self.tokens[i].key == self.tokens[j].key
        return bool(words.strip()) and _COORDINATED.match(words) is not None

    def _timepoint(self, i: int, token: Token) -> None:
        if token.quantity is None or not token.quantity.times:
            return
        if _IS_A_GROUP.match(self.text, token.end):
            return  # "the five-year group"
        if _TIME_OF_SOMETHING_ELSE.match(self.text, token.end) and (
            self.times or self.text.startswith(("within", "Within"), token.start)
        ):
            return  # "at 14 months of median follow-up", "relapse within six months of transplantation"
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
                link.timepoint = dealt_time(times, joined, n)
            if self.focus is not None and not self.times:
                self.times = token.quantity.times
            return
        listed = (
            before is not None
            and before.kind == "timepoint"
            and before.quantity is not None
            and token.quantity.why == "adjective" == before.quantity.why
            and _LISTED.fullmatch(self.text, before.end, token.start) is not None
        )  # "the 12-month and 24-month OS"
        self.times = (self.times if listed else ()) + token.quantity.times
        if self.focus is not None and not self.focus.values:
            self.focus.times = self.times

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
            last = self.links[-1] if self.links else None
            if (
                last is not None
                and last.how == how
                and last.token.run == token.run
                and last.focus is not None
            ):
                focus: Focus | None = last.focus if last.focus.keys == [key] else None
            else:
                focus = None
            focus = focus or Focus([key], token.start, token.end, self.times)
        else:
            focus = self._compatible(i, token)
            how = "focus" if focus and not focus.inherited else "inherited"
            if focus is None:
                how = "none"
            elif focus.inherited:
                how = self._how_inherited(token)
        link = Link(token, "", self._statistic(token), how, focus, self._time_of(focus), self.hr)
        if focus is not None and focus.values and self.times != focus.times:
            link.times = self.times
        self.links.append(link)
        if focus is not None:
            focus.values.append(token)
        if how == "no responses" and focus is not None:
            self.focus, self.named = focus, True  # "no response among 7 at level 1, against 2/6 at level 2"
            self.history.append(focus)

    def _time_of(self, focus: Focus | None) -> float | None:
        times = self.times or (focus.times if focus is not None else ())
        if not times and self.before is not None and self.tokens:
            start = self.tokens[0].start
            if re.search(
                r"[Cc]orresponding|[Rr]espective(?!ly)|(?:same|that|this|those) (?:time|date|interval"
                r"|landmark)",
                self.text[max(0, start - 60) : self.tokens[-1].end],
            ):
                times = self.before.times
        return times[0] if times else None
