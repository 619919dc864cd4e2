"""JSON that enters a process is validated."""

import pytest

from hiitpi.coach.codec import decode, decode_command, decode_record, encode
from hiitpi.coach.messages import Command
from hiitpi.coach.session.program import free
from tests.support.messages import record, sample


def test_messages_survive_a_round_trip():
    assert decode_record(encode(record())) == record()
    command = Command("start", player="Zoë", program=free("squat"))
    assert decode_command(encode(command)) == command
    assert decode(encode(sample(1)))["keypoints"][0] == [1, 2, 0.5]


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"nonsense",
        b'{"kind":"start","program":{}}',
        b'{"kind":"dance"}',
        b'{"kind":"start","player":5}',
        b'{"kind":"start","player":"%s"}' % (b"x" * 500),
    ],
)
def test_an_invalid_command_is_refused(data: bytes):
    with pytest.raises(ValueError, match=r"not valid|not a Command"):
        decode_command(data)


@pytest.mark.parametrize(
    ("field", "limit"), [("player", 120), ("session", 80), ("device", 80), ("match", 80)]
)
def test_the_texts_of_a_command_have_a_limit(field: str, limit: int):
    assert decode_command(encode({"kind": "claim", field: "x" * limit}))
    with pytest.raises(ValueError, match="not valid"):
        decode_command(encode({"kind": "claim", field: "x" * (limit + 1)}))


@pytest.mark.parametrize("change", [{"program": 1}, {"sets": [{}]}, {"sets": None}])
def test_an_invalid_record_is_refused(change: dict):
    with pytest.raises(ValueError, match="not valid"):
        decode_record(encode({**decode(encode(record())), **change}))


def test_unknown_fields_are_ignored():
    assert decode_record(encode({**decode(encode(record())), "weather": "fine"})) == record()
    assert decode_command(b'{"kind":"pause","session":"1","volume":11}') == Command(
        "pause", session="1"
    )
