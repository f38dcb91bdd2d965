"""The networks below a detector's predictors; their variables have the names of the OD API's checkpoints."""
