"""The faults of servers that the tests reproduce, a module for each section of the page."""
