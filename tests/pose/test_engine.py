"""The names of pose engines."""

import pytest

from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import engine_names, model_of, open_engine


def test_every_engine_has_a_model_in_the_catalog():
    assert set(engine_names()) == set(Catalog().names)


def test_auto_is_resolved_to_an_engine():
    assert model_of("auto") in engine_names()
    assert model_of("posenet") == "posenet"


def test_the_error_for_an_unknown_engine_lists_all_engines():
    with pytest.raises(
        ModelError, match=r"No pose engine 'hal9000'.*auto, blazepose, .*movenet, posenet"
    ):
        open_engine("hal9000", Catalog())
