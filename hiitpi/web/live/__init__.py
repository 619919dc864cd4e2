"""Live data and video for browsers: Server-Sent Events, MJPEG."""
