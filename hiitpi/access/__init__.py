"""Access control: the house code, device cookies and the rate limit for guesses."""
