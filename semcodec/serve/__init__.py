"""An OpenAI-compatible server over any backends, for one user; see docs/serve.md.

A request passes through these modules in order: ``connection`` (HTTP), ``access`` (Host, Origin,
token), ``api`` (routes), ``chat`` or ``images`` (fields), ``jobs`` (one at a time), and then a
backend of ``roles``.
"""
