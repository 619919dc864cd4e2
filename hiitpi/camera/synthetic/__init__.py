"""The synthetic athlete: a skeleton in space, its movements, and the painter."""
