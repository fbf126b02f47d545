"""The state of one pass over a sentence, shared by the rules of `walk.py`."""

from __future__ import annotations

import re

from classifier.extraction.linking.links import Focus, Link
from classifier.extraction.text.numbers import Kind
from classifier.extraction.text.tokens import Token, gap

_ON_AVERAGE = re.compile(r"\s*,?\s*on average\b")


class WalkState:
    """What has been read of a sentence so far."""

    def __init__(
        self, text: str, tokens: list[Token], before: Focus | None, start: int | None = None
    ) -> None:
        self.text = text
        self.begin = start if start is not None else tokens[0].start if tokens else 0
        self.tokens = tokens
        self.links: list[Link] = []
        self.focus: Focus | None = None
        self.named = False  # an endpoint of this sentence holds the focus
        self.before = before
        if before is not None:
            self.focus = Focus(
                list(before.keys), before.start, before.end, before.times, before.inherited + 1
            )
            self.focus.series = before.series
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
        self.by_label = False  # a group and its value, of the endpoint of the sentence before

    def _gap_from(self, value: Token, i: int) -> str:
        return gap(self.text, self.tokens, self.tokens.index(value), i)

    def _statistic(self, token: Token) -> str:
        q = token.quantity
        if q is None:
            return ""
        if q.kind is Kind.NOT_REACHED and self.links and self.links[-1].token.run == token.run:
            if self.links[-1].statistic == "rate":
                return "rate"  # "84%, 66% and not estimable"
        if q.kind is Kind.TIME or q.kind is Kind.NOT_REACHED or q.why == "pair time":
            if _ON_AVERAGE.match(self.text, token.after):
                return "mean"
            return "mean" if self.mean and q.kind is not Kind.NOT_REACHED else "median"
        if q.kind in (Kind.PERCENT, Kind.COUNT) or q.why == "pair percent":
            return "rate"
        return "plain"
