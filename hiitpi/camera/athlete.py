"""The camera called "athlete": see `hiitpi.camera.synthetic`."""

from hiitpi.camera.synthetic.camera import open_camera

__all__ = ["open_camera"]
