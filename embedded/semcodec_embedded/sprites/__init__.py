"""The drawings of the painter, as data."""
