"""The rules that define a repetition: measures of the body, conditions, states and scores."""
