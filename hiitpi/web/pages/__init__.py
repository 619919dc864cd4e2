"""One module a page: PATH, TITLE, layout(services), callbacks(app, services)."""
