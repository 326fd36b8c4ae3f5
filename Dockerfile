# docker build -t studyhall .
# docker run -d --restart unless-stopped --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -e DISCORD_TOKEN -v studyhall:/data studyhall
# compose.yaml says the same, and more.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/studyhall
ENV PATH=/opt/studyhall/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The lock alone decides what is installed, and this layer changes with it only.
COPY requirements.lock ./
RUN python -m pip install --no-deps --require-hashes -r requirements.lock
COPY LICENSE README.md pyproject.toml ./
COPY bot bot
COPY cogs cogs
COPY config config
COPY sandbox sandbox
RUN python -m pip install --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home studyhall
COPY --from=build /opt/studyhall /opt/studyhall
ENV PATH=/opt/studyhall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    STUDYHALL_DATABASE=/data/studyhall.db
USER 10001
WORKDIR /data
VOLUME /data
# Where Discord has been away for five minutes, or what is due lies about, the container is not well; a restart policy or
# an orchestrator may act on it, and `docker ps` shows it.
ENV STUDYHALL_HEALTH_PORT=8421
HEALTHCHECK --interval=60s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8421/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
# Every command of the program: docker compose exec studyhall studyhall doctor; docker compose run --rm studyhall restore …
ENTRYPOINT ["studyhall"]
CMD ["run"]
