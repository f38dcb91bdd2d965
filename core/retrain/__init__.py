"""From any data set to a retrained detector, in one call that goes on wherever it was stopped."""
