# The image of the web server and of the index worker (compose.yaml).
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
# The keys of this one command sign nothing.
RUN SECRET_KEY=collectstatic SIGNING_KEY="$(/venv/bin/python -m config.signing_key)" \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    VAR_ROOT=/app/var /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    SEARCH_INDEX_DIR=/data/index \
    MEDIA_ROOT=/data/media \
    EVIDENCE_ROOT=/data/evidence
WORKDIR /app
RUN useradd --system --uid 1000 catalogue \
    && mkdir /data && chown catalogue /data
COPY --from=build /venv /venv
COPY --from=build --chown=catalogue /app /app
USER catalogue
EXPOSE 8000
# No limit on the request line: our forms cut what they read and say so.
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-class", "gthread", "--no-control-socket", "--limit-request-line", "0"]
