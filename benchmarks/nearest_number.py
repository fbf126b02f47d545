"""The naive baseline of extraction: an endpoint word, then the nearest number of a fitting unit."""

from __future__ import annotations

import re

from classifier.extraction import Extraction, Extractor, RecordFacts
from data.records import Endpoint, Finding, Statistic, Unit


class NearestNumber(Extractor):
    """The naive baseline: an endpoint word, then the nearest number of a fitting unit behind it."""

    def extract(self, text: str) -> Extraction:
        """Findings by the nearest-number rule."""
        found = []
        for match in _NAIVE.finditer(text):
            endpoint = Endpoint(str(match.lastgroup))
            number = _NAIVE_NUMBER.search(text, match.end(), match.end() + 80)
            if number is None:
                continue
            percent = number["unit"] == "%"
            if (endpoint is Endpoint.ORR) != percent and endpoint is Endpoint.ORR:
                continue
            statistic = Statistic.MEDIAN if not percent else Statistic.LANDMARK_RATE
            statistic = Statistic.RESPONSE_RATE if endpoint is Endpoint.ORR else statistic
            try:
                found.append(
                    Finding(
                        endpoint=endpoint,
                        statistic=statistic,
                        value=float(number["value"].replace("\u00b7", ".")),
                        unit=Unit.PERCENT if percent else Unit.MONTHS,
                        start=number.start(),
                        end=number.end(),
                        evidence_start=match.start(),
                        evidence_end=number.end(),
                        value_text=number[0],
                    )
                )
            except ValueError:
                continue
        return Extraction(tuple(found), RecordFacts(None, None, "other"))


_NAIVE = re.compile(
    r"(?P<PFS>progression-free survival|\bPFS\b)|(?P<OS>overall survival|\bOS\b)|(?P<ORR>response rate"
    r"|\bORR\b)",
    re.I,
)
_NAIVE_NUMBER = re.compile(r"(?P<value>\d+(?:[.\u00b7]\d+)?)\s*(?P<unit>%|months)")
