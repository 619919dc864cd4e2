"""Benchmarks: `python -m hiitpi bench`. Each compares within one run, and measures CPU time.

`pose`, `coach` and `records` measure one component in isolation. `video`, `live` and `web` start
the whole app in a separate instance folder (`app_under_test`) and act as its clients.
"""
