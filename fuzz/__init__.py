"""Fuzz targets for the library, and the engines that run them: see README.md."""
