"""The synthetic athlete: a rendered person for machines without a camera, and for tests."""
