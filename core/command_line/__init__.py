"""Commands of the command line that are more than one call: their arguments, and what runs them."""
