"""JPEG encoder."""

import cv2
import numpy as np
from numpy.typing import NDArray


def jpeg(image: NDArray[np.uint8], quality: int) -> bytes:
    """Encode an image as JPEG.

    Args:
        image: uint8 (H, W, 3) RGB.
        quality: JPEG quality, 10..100.
    """
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return data.tobytes()
