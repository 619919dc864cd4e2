"""The camera named "athlete": the synthetic athlete; see `hiitpi.camera.synthetic`."""

from hiitpi.camera.synthetic.camera import open_camera

__all__ = ["open_camera"]
