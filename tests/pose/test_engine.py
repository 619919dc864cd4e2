import pytest

from hiitpi.errors import ModelError
from hiitpi.pose.catalog import Catalog
from hiitpi.pose.engine import engine_names, model_of, open_engine


def test_every_engine_has_its_model_in_the_catalog():
    assert set(engine_names()) == set(Catalog().names)


def test_auto_is_one_of_them():
    assert model_of("auto") in engine_names()
    assert model_of("posenet") == "posenet"


def test_unknown_engine_names_those_there_are():
    with pytest.raises(
        ModelError, match=r"No pose engine 'hal9000'.*auto, blazepose, .*movenet, posenet"
    ):
        open_engine("hal9000", Catalog())
