"""Figures of this machine for Prometheus, in its text format."""

from collections.abc import Iterator
from typing import Final

import redis
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from hiitpi.errors import RecordsError
from hiitpi.system.host import temperature
from hiitpi.web.health import unhealthy_loops, unsaved_sessions
from hiitpi.web.services import Services

MIMETYPE: Final = CONTENT_TYPE_LATEST


def text(services: Services) -> bytes:
    """Return all figures as they are now."""
    registry = CollectorRegistry()
    registry.register(_Figures(services))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield all figures."""
        services = self._services
        yield _gauge("hiitpi_videos", "Videos that are being shown.", services.video_streams.active)
        yield _gauge(
            "hiitpi_live_streams", "Live data streams, one a tab.", services.live_streams.active
        )
        yield _gauge(
            "hiitpi_unhealthy_threads", "Background threads that fail.",
            len(unhealthy_loops(services)),
        )  # fmt: skip
        waiting, _ = unsaved_sessions(services)
        yield _gauge("hiitpi_unsaved_sessions", "Sessions that wait to be saved.", waiting)
        yield _gauge("hiitpi_database_up", "Whether the database can be written.", self._database())
        degrees = temperature()
        if degrees is not None:
            yield _gauge("hiitpi_temperature_celsius", "Temperature of the processor.", degrees)
        yield from self._pipeline()

    def _database(self) -> bool:
        try:
            self._services.store.check()
        except RecordsError:
            return False
        return True

    def _pipeline(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures of this machine's camera and pose engine."""
        station = self._services.stations.own
        if station is None:
            return
        try:
            online, snapshot = station.bus.is_online(), station.bus.session()
        except redis.RedisError:
            yield _gauge("hiitpi_live_server_up", "Whether Redis answers.", False)
            return
        station.live.start()
        stats = station.live.stats()
        yield _gauge("hiitpi_live_server_up", "Whether Redis answers.", True)
        yield _gauge("hiitpi_pipeline_up", "Whether the pipeline reports.", online)
        yield _gauge("hiitpi_session_running", "Whether somebody trains.", snapshot is not None)
        yield _gauge("hiitpi_frames_per_second", "Analysed frames per second.", stats.rate)
        yield _gauge(
            "hiitpi_camera_frames_per_second", "Frames that the camera delivers per second.",
            stats.camera_rate,
        )  # fmt: skip
        yield _gauge(
            "hiitpi_inference_seconds", "Median inference time of the pose engine.",
            stats.inference_ms / 1000,
        )  # fmt: skip


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, description, value=float(value))
