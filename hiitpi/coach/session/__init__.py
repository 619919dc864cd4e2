"""A training session: program, interval timer, framing, pause gesture and device control."""
