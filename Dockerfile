# docker build -t studyhall .
# docker run -d --restart unless-stopped --read-only --tmpfs /tmp -e DISCORD_TOKEN -v studyhall:/data studyhall

FROM python:3.11-slim AS build
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

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home studyhall
COPY --from=build /opt/studyhall /opt/studyhall
ENV PATH=/opt/studyhall/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    STUDYHALL_DATABASE=/data/studyhall.db
USER studyhall
WORKDIR /data
VOLUME /data
# The process is what can fail: one that lost Discord reconnects by itself, and one that crashed is gone.
HEALTHCHECK --interval=60s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os; os.kill(1, 0)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["studyhall", "run"]
