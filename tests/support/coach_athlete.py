"""An athlete in front of a session: does what the session asks, and is seen without faults."""

from collections.abc import Callable

from hiitpi.camera.synthetic.animations import ANIMATIONS, at_ease
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.coach.messages import Event, Sample, SessionRecord
from hiitpi.coach.session.device_control import Device, DeviceControl
from hiitpi.coach.session.program import Program
from hiitpi.coach.session.session import TrainingSession
from hiitpi.pose.keypoints import Pose
from tests.support.ideal_athlete import LIBRARY, pose_of

SIZE = (640, 480)
EASE = pose_of(at_ease(0.0))

Act = Callable[["Athlete"], Pose | None]


class Athlete:
    """Trains a program, frame by frame.

    Attributes:
        time: seconds, of the injected clock.
        act: what is seen instead of the obedient athlete, for as long as it is set.
        truth: repetitions really done in each set.
    """

    def __init__(self, program: Program, fps: float = 15, **record: object) -> None:
        given = SessionRecord("u", "Ada", program, 0.0, None, "active", "home", "ideal", **record)
        self.time, self.fps = 100.0, fps
        self.session = TrainingSession(
            given, LIBRARY, self.time, DeviceControl(Device("tablet", "Ada"))
        )
        self.act: Act | None = None
        self.truth: dict[int, int] = {}
        self.events: list[Event] = []
        self.samples: list[Sample] = []
        self._routine: tuple[tuple[str, int], RepSchedule, float] | None = None

    @property
    def phase(self) -> str:
        return self.session.phase

    def kinds(self, *kinds: str) -> list[str]:
        return [event.text or event.kind for event in self.events if event.kind in kinds]

    def run(self, seconds: float) -> "Athlete":
        """Train for so long, or until the session is over."""
        until = self.time + seconds
        while self.time < until and not self.session.over:
            self.frame()
        return self

    def until(self, phase: str, most: float = 60.0) -> "Athlete":
        """Train until the session is in a phase."""
        give_up = self.time + most
        while self.phase != phase:
            assert self.time < give_up, f"still {self.phase}"
            self.frame()
        return self

    def frame(self) -> None:
        self.time += 1 / self.fps
        pose = self.act(self) if self.act else self.handle()
        told = self.session.update(pose, self.time, SIZE)
        self.events += told.events
        self.samples.append(told.sample)

    def handle(self) -> Pose:
        slug, number = self.session.workout.slug, self.session.number
        movement = ANIMATIONS[slug]
        if self.phase != "work":
            self._routine = None
            return pose_of(movement.pose(0.0, 1.0, 1.0))
        if self._routine is None or self._routine[0] != (slug, number):
            self._routine = (slug, number), RepSchedule(movement), self.time
        _, routine, began = self._routine
        moment = routine.at(self.time - began)
        self.truth[number] = routine.done
        return pose_of(movement.pose(moment.phase, 1.0, 1.0))
