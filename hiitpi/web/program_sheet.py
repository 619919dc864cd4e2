"""A program on a sheet of paper: its exercises with pictures, and a box for each round."""

from html import escape
from typing import Final

from hiitpi.coach.rules.guides import guides
from hiitpi.coach.session.program import Exercise, Program
from hiitpi.web.components.program_selection import describe, describe_exercise
from hiitpi.web.components.workout_card import still_picture
from hiitpi.web.services import Services

#: Boxes to tick; a program without a number of rounds, or with more, gets so many.
MAX_BOXES: Final = 12


def program_sheet(services: Services, program: Program) -> str:
    """Return the page, which prints in black on white and needs no script."""
    rounds = min(program.rounds or MAX_BOXES, MAX_BOXES)
    rows = "".join(_row(services, exercise, rounds) for exercise in program.exercises)
    page = PAGE.replace("{name}", escape(program.name))
    return page.replace("{about}", escape(describe(program, services.library))).replace(
        "{rows}", rows
    )


def _row(services: Services, exercise: Exercise, rounds: int) -> str:
    guide = guides().get(exercise.workout)
    how = "".join(f"<li>{escape(line)}</li>" for line in guide.how) if guide else ""
    known = exercise.workout in services.figures
    picture = f'<img src="{still_picture(exercise.workout)}" alt="">' if known else ""
    text = escape(describe_exercise(exercise, services.library))
    return (
        f"<tr><td class='picture'>{picture}</td>"
        f"<td><b>{text}</b><ol>{how}</ol></td>"
        f"<td class='boxes'>{'<i></i>' * rounds}</td></tr>"
    )


PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<title>{name} · HIIT PI</title>
<style>
@page { margin: 15mm; }
body { background: #fff; color: #111; font: 15px/1.4 system-ui, sans-serif; max-width: 190mm;
  margin: 0 auto; padding: 16px; }
h1 { margin: 0; } p { color: #555; margin: 4px 0 16px; }
table { width: 100%; border-collapse: collapse; }
tr { break-inside: avoid; border-top: 1px solid #bbb; }
td { padding: 10px 8px; vertical-align: top; }
.picture { width: 76px; } img { width: 76px; height: 76px; object-fit: contain; }
ol { margin: 4px 0 0; padding-left: 20px; color: #333; font-size: 13px; }
.boxes { width: 132px; }
i { display: inline-block; width: 16px; height: 16px; border: 1.5px solid #555; margin: 2px 4px; }
@media print { body { padding: 0; } }
</style></head><body><main><h1>{name}</h1><p>{about}</p>
<table>{rows}</table></main></body></html>
"""
