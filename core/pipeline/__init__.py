"""The pipeline `.config`: what to train, on what, and how, in the OD API's own text format."""
