# HIIT PI in a container; compose.yaml runs it as pipeline and as web. docs/pi.md says what it cannot do.
FROM python:3.11-slim-bookworm

# setpriv (util-linux) is there; libusb is for a Coral, whose libedgetpu is mounted in (compose.yaml).
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libusb-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 900 --create-home --home-dir /var/lib/hiitpi --groups video hiitpi

WORKDIR /opt/hiitpi
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN python -m hiitpi models fetch blazepose && python -m compileall -q hiitpi workouts

ENV HIITPI_INSTANCE=/var/lib/hiitpi \
    PYTHONDONTWRITEBYTECODE=1
USER 900
VOLUME /var/lib/hiitpi
EXPOSE 8050
CMD ["python", "-m", "hiitpi", "web"]
