"""HTML attributes with a hyphen in their name, which cannot be Python keyword arguments."""

from typing import Any


def attributes(**values: str) -> dict[str, Any]:
    """Return attributes for a Dash component: `data_phase="work"` becomes `data-phase`."""
    return {name.replace("_", "-"): value for name, value in values.items()}
