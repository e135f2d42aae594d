# playground: a chat page with a Bot API behind it, on port 8080. For development only: anybody who
# reaches it may read and write everything in it.
#   docker build -f infrastructure/docker/playground.Dockerfile -t crypto-assistant/playground .
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
COPY requirements/playground.txt /build/requirements.txt
RUN ["python", "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", \
     "--root-user-action=ignore", "--no-compile", "--no-deps", "--require-hashes", \
     "--only-binary=:all:", "--target=/app/lib", "--requirement=/build/requirements.txt"]
COPY infrastructure/docker/assemble.py /build/assemble.py
RUN ["python", "/build/assemble.py", "library", "/app"]
COPY services/common/common /app/common
COPY services/playground/playground /app/playground
ARG VERSION=0.0.0
RUN ["python", "/build/assemble.py", "program", "/app"]

FROM ${BASE}
# RES_OPTIONS: a question to a name server that was lost is asked again after 1 s instead of 5.
ENV PYTHONPATH=/app:/app/lib \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RES_OPTIONS="timeout:1 attempts:2" \
    PLAYGROUND_HOST=0.0.0.0 \
    PLAYGROUND_PORT=8080
WORKDIR /app
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "common.probe", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["python", "-m", "playground"]
# Last, so that a build after a change of ours has all of the above already.
COPY --from=build /app /app

ARG VERSION=0.0.0
ARG REVISION=unknown
ARG TREE=unknown
ENV REVISION=${REVISION}
LABEL org.opencontainers.image.title="crypto-assistant playground" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      ca.tree="${TREE}"
