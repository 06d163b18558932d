"""Entropy coding of words: from a text to its payload and back, with integers only (spec §6).

Start at ``codings``, which chooses the module for a coding. ``nibble``, ``lexicon`` and ``bag`` are
the codings; the last two share ``range_coder``, ``model``, ``tables`` and ``escapes``. ``set_tree``
is the part of ``bag`` that encodes and decodes; ``packed_vectors`` and ``logistic`` compute the
probabilities of ``model``.
"""
