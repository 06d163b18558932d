"""Data files: the drawings of the painter, and their nouns."""
