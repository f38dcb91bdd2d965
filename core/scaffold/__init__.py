"""The package of an adapter to begin with: what `boxwright adapters new` writes."""
