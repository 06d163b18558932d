"""Rules that complete a scene: what people do and wear, what belongs together, implied colors."""
