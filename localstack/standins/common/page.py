"""The frame of a control page: tables of what the stand-in holds, with buttons that call its control API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, redirect, render_template_string, request
from werkzeug.wrappers import Response as Answer

FRAME = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>{{ title }}</title>
<style>
body{font:15px/1.4 system-ui,sans-serif;margin:2rem;color:#1c1c1c}table{border-collapse:collapse;margin-bottom:2rem}
th,td{border:1px solid #c9c9c9;padding:.3rem .6rem;text-align:left;vertical-align:top}th{background:#f2f2f2}
form{display:inline}button{margin:0 .2rem .2rem 0}td{max-width:32rem;overflow-wrap:anywhere}
</style><h1>{{ title }}</h1>
{% for table in tables %}<h2>{{ table.title }}</h2>
{% for button in table.buttons %}{{ press(button) }}{% endfor %}
<table><tr>{% for head in table.heads %}<th>{{ head }}</th>{% endfor %}<th></th></tr>
{% for row in table.rows %}<tr>{% for cell in row.cells %}<td>{{ cell }}</td>{% endfor %}
<td>{% for button in row.buttons %}{{ press(button) }}{% endfor %}</td></tr>
{% else %}<tr><td colspan="{{ table.heads|length + 1 }}">пусто</td></tr>{% endfor %}</table>{% endfor %}</html>"""

BUTTON = """{% macro press(button) %}<form method="post" action="{{ button.action }}">
{% for name, value in button.fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">{% endfor %}
<button>{{ button.label }}</button></form>{% endmacro %}"""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: str  # path of the control API, called by POST
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[object]
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    buttons: Sequence[Button] = ()


def control_page(title: str, tables: Sequence[Table]) -> Response:
    return Response(
        render_template_string(BUTTON + FRAME, title=title, tables=tables), content_type="text/html"
    )


def control_fields() -> dict[str, object]:
    """What the caller asks: a JSON object, or the fields of a button."""
    asked = request.get_json(silent=True)
    return dict(asked) if isinstance(asked, dict) else dict(request.form)


def control_reply(answer: Response) -> Answer:
    """JSON for programs; a person who pressed a button goes back to the page."""
    if request.accept_mimetypes.best == "text/html":
        return redirect("/_control", 303)
    return answer
