"""Throw bytes at the reader and hold it to its laws: see README.md."""
