"""Counts repetitions in recordings, evaluates the rules on labelled ones, and plots the results."""
