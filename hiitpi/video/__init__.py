"""The picture that goes to the browsers: the frame, the skeleton on it, as JPEG."""
