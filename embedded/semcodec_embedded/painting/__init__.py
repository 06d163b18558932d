"""The parts of the painter: words to a plan, a plan to a stage, a stage to pixels."""
