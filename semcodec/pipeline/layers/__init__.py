"""The layers that ``encode`` adds to the words: boxes of words, and colors (spec §5.8).

``choice`` reads the argument ``layers``, ``boxes`` decides which boxes a record sends, ``stages``
finds them, and ``fitting`` divides a limit in bytes between words and layers.
"""
