"""A simulated athlete who follows the instructions of a session, with perfect pose detection."""

from collections.abc import Callable

from hiitpi.camera.synthetic.animations import ANIMATIONS, at_ease, pelvis_height
from hiitpi.camera.synthetic.schedule import RepSchedule
from hiitpi.camera.synthetic.skeleton import ANKLE, Arm, Skeleton, vector
from hiitpi.coach.messages import Event, Sample, SessionRecord
from hiitpi.coach.session.device_control import Device, DeviceControl
from hiitpi.coach.session.program import Program
from hiitpi.coach.session.session import TrainingSession
from hiitpi.pose.keypoints import Pose
from tests.support.ideal_athlete import LIBRARY, pose_of

SIZE = (640, 480)

Act = Callable[["Athlete"], Pose | None]


class Athlete:
    """Trains a program frame by frame.

    Attributes:
        session: the session.
        time: seconds of the simulated clock.
        fps: frames per second.
        events: all events of the session so far.
        samples: the samples of all frames so far.
        act: while set, returns the pose of a frame instead of the default behaviour.
        truth: repetitions actually performed, by set number.

    Args:
        program: the program to train.
        fps: frames per second.
        changes: further fields of the session record, for example sets to resume.
    """

    def __init__(self, program: Program, fps: float = 15, **changes: object) -> None:
        record = SessionRecord("u", "Ada", program, 0.0, None, "active", "home", "ideal", **changes)
        self.time, self.fps = 100.0, fps
        self.session = TrainingSession(
            record, LIBRARY, self.time, DeviceControl(Device("tablet", "Ada"))
        )
        self.act: Act | None = None
        self.truth: dict[int, int] = {}
        self.events: list[Event] = []
        self.samples: list[Sample] = []
        self._schedule: tuple[tuple[str, int], RepSchedule, float] | None = None

    @property
    def phase(self) -> str:
        """The session's phase."""
        return self.session.phase

    def messages(self, *kinds: str) -> list[str]:
        """Return the texts of all events of these kinds; an event without a text gives its kind."""
        return [event.text or event.kind for event in self.events if event.kind in kinds]

    def run(self, seconds: float) -> "Athlete":
        """Train for a number of seconds, or until the session is over."""
        until = self.time + seconds
        while self.time < until and not self.session.is_over:
            self.frame()
        return self

    def until(self, phase: str, timeout_s: float = 60.0) -> "Athlete":
        """Train until the session is in a phase; fail after a timeout in simulated seconds."""
        deadline = self.time + timeout_s
        while self.phase != phase:
            assert self.time < deadline, f"still {self.phase}"
            self.frame()
        return self

    def frame(self) -> None:
        """Advance the clock and the session by one frame."""
        self.time += 1 / self.fps
        pose = self.act(self) if self.act else self.obedient_pose()
        result = self.session.update(pose, self.time, SIZE)
        self.events += result.events
        self.samples.append(result.sample)

    def obedient_pose(self) -> Pose:
        """Return the pose of an athlete who does what the session asks for."""
        slug, number = self.session.workout.slug, self.session.set_number
        animation = ANIMATIONS[slug]
        if self.phase != "work":
            self._schedule = None
            return pose_of(animation.pose(0.0, 1.0, 1.0))
        if self._schedule is None or self._schedule[0] != (slug, number):
            self._schedule = (slug, number), RepSchedule(animation), self.time
        _, schedule, began = self._schedule
        moment = schedule.at(self.time - began)
        self.truth[number] = schedule.done
        return pose_of(animation.pose(moment.phase, 1.0, 1.0))


def nobody(_: Athlete) -> None:
    """Be out of view."""
    return None


def hands(left: float, right: float) -> Pose:
    """Return a person who stands with the arms raised by two angles: 0 down, 180 overhead."""
    foot = 0.12
    return pose_of(
        Skeleton(
            pelvis=vector(0, pelvis_height(foot), 0),
            feet=(vector(foot, ANKLE, 0), vector(-foot, ANKLE, 0)),
            arms=(Arm(left), Arm(right)),
        )
    )


def hands_up(_: Athlete) -> Pose:
    """Show the gesture that pauses a squat."""
    return hands(170, 170)


def too_close(_: Athlete) -> Pose:
    """Stand so close to the camera that it does not see the feet."""
    return pose_of(at_ease(0.0, behind=-1.9))
