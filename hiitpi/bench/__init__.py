"""Benchmarks: `python -m hiitpi bench`. Each compares within one run, and counts CPU time.

`pose`, `coach` and `records` measure a part by itself. `video`, `live` and `web` start the whole
app in a folder of its own (`station`) and are its clients.
"""
