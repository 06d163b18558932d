"""The command line: the only room that prints, reads files and writes them."""
