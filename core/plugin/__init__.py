"""Plugins: where they come from, what they offer, and which of them are broken."""
