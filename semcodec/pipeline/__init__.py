"""The two straight lines: an image to a record, and a record to an image."""
