"""Jumping lunges: jump up from a lunge, change legs in the air, land in a lunge. Each jump counts.

The standard: a lunge with one foot in front of the other and a bent knee, then a jump with the
hips up. The hips are half a leg's length over the front foot in a deep lunge, and a whole leg's
length in the jump. The legs are split by less than in a slow lunge; a straddle has straight knees.
The rules do not check which leg is in front, because pose models confuse the legs from the side.
"""

from hiitpi.coach import State, Workout, angle, height, larger, lean, rise, smaller, split

hips = larger(height("hip", over="ankle", per="leg", says=("Go lower", "Jump higher")))
knee = smaller(
    angle("hip", "knee", "ankle", says=("Bend your knees", "Straighten your legs"), needed=False)
)
legs = split(says=("", "One foot in front of the other"))
feet = rise("ankle", per="leg", says=("", "Jump, both feet off the floor"), needed=False)
trunk = lean(says=("Chest up", "Chest up"))

workout = Workout(
    name="Jumping Lunges",
    view="any",
    states=(
        State("down", hips < 0.72, knee < 150, legs > 0.55),
        State("jump", hips > 0.8, feet > 0.08),
    ),
    throughout=(trunk < 60,),
    full_range={hips: (0.4, 1.08)},
    signal=hips,
    shortest=0.1,
    pace=40,
)
