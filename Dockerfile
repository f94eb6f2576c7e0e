# The production image: locked packages with their hashes, no compiler, nobody is root.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
ARG VECTORS=
COPY requirements/runtime.txt requirements/vectors.txt requirements/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/runtime.txt ${VECTORS:+-r requirements/vectors.txt}
COPY . /app
WORKDIR /app
RUN /opt/venv/bin/python -m helpdesk.local.messages \
 && /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
 && /opt/venv/bin/python -m compileall -q . \
 && rm -rf tests bench requirements bin

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin helpdesk \
 && install -d -o helpdesk -g helpdesk /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=helpdesk.settings DATA_DIR=/data HOST=0.0.0.0
USER helpdesk
EXPOSE 8000
CMD ["python", "-m", "helpdesk.serve"]
