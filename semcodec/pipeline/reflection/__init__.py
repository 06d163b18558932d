"""Reflection: check a painted picture against its words, and improve it if that can be verified."""
