"""PFS, OS and ORR results, exact to the character: `load_extractor().extract(text)`."""

from classifier.extraction.facts.record_facts import RecordFacts
from classifier.extraction.findings import facts_row, mention_row
from classifier.extraction.pipeline import Extraction, Extractor, load_extractor

__all__ = [
    "Extraction",
    "Extractor",
    "RecordFacts",
    "facts_row",
    "load_extractor",
    "mention_row",
]
