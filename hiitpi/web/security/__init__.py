"""Who may see what: house code, device cookies, players, requests from elsewhere."""
