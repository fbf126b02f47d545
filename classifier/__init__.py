"""One record in, a judgement out: eligibility, ranking, extraction."""
