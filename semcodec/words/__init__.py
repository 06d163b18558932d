"""Words: their skeletons, which of them matter, and back from skeletons to words."""
