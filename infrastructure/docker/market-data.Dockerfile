# market-data: prices, candles and indicators over HTTP, on port 8081.
#   docker build -f infrastructure/docker/market-data.Dockerfile -t crypto-assistant/market-data .
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
COPY requirements/market-data.txt /build/requirements.txt
RUN ["python", "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", \
     "--root-user-action=ignore", "--no-compile", "--no-deps", "--require-hashes", \
     "--only-binary=:all:", "--target=/app/lib", "--requirement=/build/requirements.txt"]
COPY infrastructure/docker/assemble.py /build/assemble.py
RUN ["python", "/build/assemble.py", "library", "/app"]
COPY services/common/common /app/common
COPY services/market-data/market_data /app/market_data
ARG VERSION=0.0.0
RUN ["python", "/build/assemble.py", "program", "/app"]

FROM ${BASE}
# RES_OPTIONS: a question to a name server that was lost is asked again after 1 s instead of 5.
ENV PYTHONPATH=/app:/app/lib \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RES_OPTIONS="timeout:1 attempts:2" \
    MARKET_DATA_HOST=0.0.0.0 \
    MARKET_DATA_PORT=8081 \
    CANDLE_STORE=/data/candles.sqlite
RUN ["python", "-c", "import os; os.mkdir('/data'); os.chown('/data', 10001, 10001)"]
VOLUME /data
WORKDIR /app
USER 10001:10001
EXPOSE 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "common.probe", "http://127.0.0.1:8081/healthz"]
ENTRYPOINT ["python", "-m", "market_data"]
# Last, so that a build after a change of ours has all of the above already.
COPY --from=build /app /app

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG TREE=unknown
ENV REVISION=${REVISION}
LABEL org.opencontainers.image.title="crypto-assistant market-data" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      ca.tree="${TREE}"
