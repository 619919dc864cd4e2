"""Turning the image for people who lie: geometry, and when which view is used."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiitpi.pose.catalog import Catalog
from hiitpi.pose.keypoints import SIDES, Pose
from hiitpi.pose.tracker import Box
from hiitpi.pose.turned_view import (
    COMPARE_EVERY_S,
    HEAD_LEFT,
    HEAD_RIGHT,
    MARGIN,
    UPRIGHT,
    WEIGHT,
    ViewChooser,
    turned,
    turned_back,
    turned_box,
)
from tests.conftest import engine, shared

TURNS = (UPRIGHT, HEAD_LEFT, HEAD_RIGHT)
SIZE = (8, 5)


@given(turn=st.sampled_from(TURNS), x=st.integers(0, 7), y=st.integers(0, 4))
def test_a_pixel_of_the_turned_image_maps_back(turn: int, x: int, y: int):
    image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    image[y, x] = 255
    row, column = np.argwhere(turned(image, turn)[..., 0])[0]
    point = np.array([[column, row]], np.float32)
    assert turned_back(point, turn, SIZE).tolist() == [[x, y]]


@given(
    turn=st.sampled_from(TURNS),
    xs=st.tuples(st.integers(0, 7), st.integers(0, 7)).map(sorted),
    ys=st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted),
)
def test_a_box_encloses_the_same_points_in_the_turned_image(turn: int, xs, ys):
    box = turned_box(Box(xs[0], ys[0], xs[1], ys[1]), turn, SIZE)
    assert box is not None
    corners = np.array([[box.left, box.top], [box.right, box.bottom]], np.float32)
    back = turned_back(corners, turn, SIZE)
    assert sorted(back[:, 0].tolist()) == xs
    assert sorted(back[:, 1].tolist()) == ys


def test_without_a_person_there_is_no_box():
    assert turned_box(None, HEAD_LEFT, SIZE) is None


def pose(shoulders: tuple[float, float], hips: tuple[float, float], score: float = 0.9) -> Pose:
    xy = np.zeros((17, 2), np.float32)
    xy[list(SIDES["shoulder"])], xy[list(SIDES["hip"])] = shoulders, hips
    return Pose(xy, np.full(17, score, np.float32), score)


STANDING = pose((100, 100), (100, 200))
LYING_LEFT, LYING_RIGHT = pose((100, 200), (200, 210)), pose((300, 200), (200, 210))


def chooser(*poses: Pose) -> ViewChooser:
    view = ViewChooser()
    for each in poses:
        view.follow(each)
    return view


def test_people_who_stand_need_no_other_view():
    assert chooser(STANDING).alternative(0.0, lost=False) is None
    assert chooser().alternative(0.0, lost=True) is None


@pytest.mark.parametrize(("lying", "turn"), [(LYING_LEFT, HEAD_LEFT), (LYING_RIGHT, HEAD_RIGHT)])
def test_the_view_to_compare_brings_the_head_up(lying: Pose, turn: int):
    assert chooser(lying).alternative(0.0, lost=False) == turn


def test_a_person_who_lies_down_is_noticed_within_a_second_of_frames():
    assert chooser(STANDING, *[LYING_LEFT] * 15).alternative(0.0, lost=False) == HEAD_LEFT
    assert chooser(STANDING, LYING_LEFT).alternative(0.0, lost=False) is None


def test_keypoints_with_low_scores_show_no_direction():
    assert chooser(pose((100, 200), (200, 210), score=0.1)).alternative(0.0, lost=False) is None


def test_views_are_compared_at_intervals():
    view = chooser(LYING_LEFT)
    view.compare(HEAD_LEFT, 0.0, 0.0)
    assert view.alternative(COMPARE_EVERY_S - 0.01, lost=False) is None
    assert view.alternative(COMPARE_EVERY_S, lost=False) == HEAD_LEFT


def test_the_better_view_is_used_once_it_has_been_better_for_a_while():
    view, advantage = chooser(LYING_LEFT), MARGIN * 1.5
    compared = 1
    while not view.compare(HEAD_LEFT, advantage, compared * COMPARE_EVERY_S):
        compared += 1
    # The average reaches 1 - (1 - WEIGHT)^n of the advantage after n comparisons.
    assert 1 - (1 - WEIGHT) ** compared > MARGIN / advantage >= 1 - (1 - WEIGHT) ** (compared - 1)
    assert view.turn == HEAD_LEFT
    assert view.alternative(99.0, lost=False) == UPRIGHT


def test_a_person_lost_in_the_turned_view_is_searched_upright_at_once():
    view = chooser(LYING_LEFT)
    assert view.compare(HEAD_LEFT, 1.0, 0.0)
    assert view.alternative(0.01, lost=False) is None
    assert view.alternative(0.01, lost=True) == UPRIGHT
    view.reset()
    assert view.turn == UPRIGHT


@pytest.mark.slow
def test_posenet_sees_a_push_up_better_in_the_turned_view(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
):
    video = cv2.VideoCapture(str(shared("clips/pushup__33.mp4")))
    frames = []
    while len(frames) < 20:
        ok, frame = video.read()
        assert ok
        video.grab()
        video.grab()
        frames.append(np.ascontiguousarray(frame[..., ::-1]))

    def mean_confidence() -> float:
        posenet = engine("posenet", catalog)
        poses = [posenet.infer(frame, i / 10) for i, frame in enumerate(frames)]
        return float(np.mean([pose.confidence if pose else 0.0 for pose in poses[10:]]))

    with_turns = mean_confidence()
    monkeypatch.setattr(ViewChooser, "alternative", lambda self, time, lost: None)
    assert with_turns > mean_confidence() + 0.2
