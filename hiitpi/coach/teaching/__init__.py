"""Turns a few repetitions that somebody shows into the rules of a workout."""
