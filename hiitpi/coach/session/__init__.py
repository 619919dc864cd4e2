"""What a training session is: program, timer, framing, gestures, control."""
