"""The fonts of the painter; see NOTICE.fonts."""
