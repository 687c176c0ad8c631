# The service as a container: no compiler, no package manager's leavings, no rights.
#
#   docker build -t carefinder .
#   docker run -e CAREFINDER_DATABASE_URL=postgresql://… carefinder migrate
#   docker run --read-only --tmpfs /tmp -v carefinder:/var/lib/carefinder -p 8000:8000 \
#     -e CAREFINDER_DATABASE_URL=postgresql://… carefinder
#
# It runs as in production, so the database is brought up to date only when it is told to.
# The steps are those of scripts/environment, and the packages those of requirements.lock.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
# Without pip of its own, the environment cannot be added to once it is in the image.
RUN python -m venv --without-pip /opt/carefinder
# The lock comes first, so that a change of the code does not fetch the packages again.
COPY requirements.lock ./
RUN pip --python /opt/carefinder/bin/python install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
# Hatchling stands in the lock, so building the wheel asks the index for nothing.
RUN pip --python /opt/carefinder/bin/python install --no-deps --no-build-isolation --no-index .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin carefinder \
    && install -d -o carefinder -g carefinder /var/lib/carefinder
COPY --from=build /opt/carefinder /opt/carefinder
ENV PATH=/opt/carefinder/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CAREFINDER_ENVIRONMENT=production \
    CAREFINDER_VAR=/var/lib/carefinder
WORKDIR /var/lib/carefinder
VOLUME /var/lib/carefinder
# A number rather than a name, so that a platform can see that it is not root.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["carefinder"]
CMD ["serve", "--host", "0.0.0.0"]
