"""The parts of the painter, in the order in which they make a picture.

from words          ``vocabulary``, ``sprites`` (the nouns) with ``figures`` (people), ``parser``
                    and ``rules`` make a ``SceneDescription``
to an environment   ``environment``: indoors or outdoors, which ground, which light
to boxes            ``layout`` (which drawing takes which box of a record) and ``horizons``
to a backdrop       ``backdrop`` with ``sky``, ``background``, ``buildings``, ``ground`` and
                    ``roads``, or with ``rooms`` and ``interiors``, or with ``studio_backdrops``
to sprites          ``placement`` with ``sizing``, ``baselines`` and ``rules``: a list of
                    ``PlacedSprite``; with boxes also ``box_placement`` and ``fitting``
to pixels           ``drawing``, ``recolor``, ``compositing`` and ``post_processing``
to letters          ``captions`` and ``lettering``, for words that cannot be painted

Everything is drawn with ``svg``, ``palette`` and ``noise``. Words, rules and environments are data:
``words.toml``, ``environments.toml``, ``rules/rules.toml``, and the folders ``sprites`` and
``fonts``.
"""
