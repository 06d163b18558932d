"""Results in the formats of other programs: CSV, CompressAI's JSON, and a table for LaTeX."""
