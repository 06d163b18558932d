"""Fuzz targets for the library, and what runs them: see README.md."""
