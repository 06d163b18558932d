"""The offline backend of semcodec: it describes and paints without key, network or graphics card."""
