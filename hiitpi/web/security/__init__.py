"""Access control: house code, device cookies, player sessions, cross-site requests."""
