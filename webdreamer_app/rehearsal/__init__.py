"""Bundled sites played without a browser."""

REHEARSED = ("shop", "forms")
"""Suites whose sites can be."""
