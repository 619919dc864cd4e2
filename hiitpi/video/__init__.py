"""The video for the browsers: draws the skeleton on a frame and encodes it as JPEG."""
