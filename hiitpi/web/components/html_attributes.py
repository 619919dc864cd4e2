"""HTML attributes with a dash in their name, which Python does not allow as keywords."""

from typing import Any


def attributes(**values: str) -> dict[str, Any]:
    """`attributes(data_phase="work")` is `{"data-phase": "work"}`, for a Dash component's `**`."""
    return {name.replace("_", "-"): value for name, value in values.items()}
