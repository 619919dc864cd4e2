"""A question that is asked once before something is lost."""

from dash import html

from hiitpi.web.components.html_attributes import attributes


def dialog(name: str, question: str, yes: str, no: str, answer: str) -> html.Dialog:
    """A dialog that `data-ask="name"` on a button opens; `answer` is the id of its yes button."""
    return html.Dialog(
        [
            html.P(question, id=f"{name}-question"),
            html.Div(
                [
                    html.Button(no, className="button large"),
                    html.Button(yes, id=answer, className="button large danger", n_clicks=0),
                ],
                className="row",
            ),
        ],
        id=name,
        **attributes(aria_labelledby=f"{name}-question"),
    )
