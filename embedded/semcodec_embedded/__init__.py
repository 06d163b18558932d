"""The offline backend of semcodec: no key, no network, no graphics card."""
