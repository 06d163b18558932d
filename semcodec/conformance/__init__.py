"""Run decoders on the published vectors and compare what they return (spec/vectors)."""
