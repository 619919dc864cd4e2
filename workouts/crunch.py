"""Crunches: from lying on the back, lift the shoulder blades off the floor, and lower them again.

The standard: the shoulder blades leave the floor and go back to it, which turns the trunk by 15°
from this person's lying position, as in `sit_up`. The lower back stays on the floor, so a crunch of
35° is a full one; coming up further counts too. The rules are those of sit-ups, whose recordings of
crunches they were tried on.
"""

from dataclasses import replace

from workouts.sit_up import curl_ups

rules = curl_ups("Crunches", higher="Lift your shoulder blades")
(up,) = rules.full_range

workout = replace(rules, full_range={up: (5, 35)}, shortest=0.3, pace=35, lighter=None)
