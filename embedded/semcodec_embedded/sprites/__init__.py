"""The drawings of the painter and their nouns, as data."""
