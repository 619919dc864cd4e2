"""A confirmation dialog, shown before something is deleted."""

from typing import Any

from dash import html

from hiitpi.web.components.html_attributes import attributes


def dialog(
    name: str, question: str, yes: str, no: str, answer: str | dict[str, Any]
) -> html.Dialog:
    """Return a dialog that a button with `data-ask="<name>"` opens.

    Args:
        name: id of the dialog.
        question: the question.
        yes: text of the button that confirms.
        no: text of the button that cancels.
        answer: id of the button that confirms, the input of a callback.
    """
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
