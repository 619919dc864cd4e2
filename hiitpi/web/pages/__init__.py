"""The pages, a module each: PATH, TITLE, layout(services), callbacks(app, services).

Optional constants: TAKES, the parameters of the query string or path template that `layout` takes;
TEMPLATE, a path template with parameters, which replaces PATH.
"""
