"""Encode and decode many inputs on one machine: worker processes, a manifest, one budget."""
