"""What a repetition is: measures of the body, conditions on them, states, scores."""
