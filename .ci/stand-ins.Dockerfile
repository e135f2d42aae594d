# Stand-ins for images of others, made of Debian's packages, where no registry answers (.ci/run).
# They take what docker-compose.yml gives the originals, and no more.
#   docker build --target postgres --tag docker.io/library/postgres:17-alpine - < .ci/stand-ins.Dockerfile
FROM python:3.13-slim AS packages
# Any version will do for a stand-in.
# hadolint ignore=DL3008
RUN apt-get update -qq > /dev/null \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
       postgresql prometheus > /dev/null \
    && rm -rf /var/lib/apt/lists/*

FROM packages AS postgres
ENV PGDATA=/var/lib/postgresql/data
RUN install --directory --owner=postgres --group=postgres --mode=700 $PGDATA \
    && ln -s /usr/lib/postgresql/*/bin /usr/lib/postgresql/bin
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/sh", "-ec", "PATH=/usr/lib/postgresql/bin:$PATH; \
    if [ ! -s $PGDATA/PG_VERSION ]; then \
      echo \"${POSTGRES_PASSWORD:?is needed}\" > /tmp/password; \
      initdb --encoding=UTF8 --username=$POSTGRES_USER --pwfile=/tmp/password --auth-host=scram-sha-256 > /dev/null; \
      echo 'host all all all scram-sha-256' >> $PGDATA/pg_hba.conf; \
      echo \"CREATE DATABASE $POSTGRES_USER\" | postgres --single postgres > /dev/null; \
    fi; \
    exec postgres -c listen_addresses=*"]

FROM packages AS prometheus
RUN install --directory --owner=nobody /prometheus
USER 65534:65534
VOLUME /prometheus
ENTRYPOINT ["prometheus"]
