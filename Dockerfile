# The targets:
#   executable   from scratch, with nothing but /tsupervisor: for COPY --from in other images
#   stack        nginx, an app, redis and a worker under one tsupervisor, as docker-compose.yml runs it (the last: default)
#
#   docker build --target executable --tag tsupervisor .
#   docker build --tag tsupervisor-stack .

# What the executable is built in: Debian with or without npm. Its libraries go into the executable.
ARG BUILD_BASE=node:22-bookworm
# What the example runs in: Debian with apt-get. The executable itself needs nothing of it.
ARG STACK_BASE=debian:bookworm-slim

FROM ${BUILD_BASE} AS build
RUN if ! command -v npm >/dev/null || ! command -v gcc >/dev/null; then \
      apt-get update && \
      apt-get install --yes --no-install-recommends npm gcc libc6-dev binutils libatomic1 libstdc++6 && \
      rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM scratch AS executable
COPY --from=build /src/dist/tsupervisor /tsupervisor
ENTRYPOINT ["/tsupervisor"]

FROM ${STACK_BASE} AS stack
RUN apt-get update && \
    apt-get install --yes --no-install-recommends nginx-light redis-server python3 && \
    rm -rf /var/lib/apt/lists/*
COPY examples/stack /etc/stack
COPY --from=executable /tsupervisor /usr/local/bin/tsupervisor
# Scripts that call Supervisor by its names find it.
RUN ln -s tsupervisor /usr/local/bin/supervisord && ln -s tsupervisor /usr/local/bin/supervisorctl
ENV TSUPERVISOR_CONFIG=/etc/stack/supervisord.conf
USER 1000:1000
EXPOSE 8080
# Docker's own words; podman takes them only with --format=docker, and docker-compose.yml has them too.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["tsupervisor", "health"]
ENTRYPOINT ["tsupervisor"]
