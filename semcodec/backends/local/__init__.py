"""Open models on the user's own machine: backend ``local``, its models and where they are."""
