# A node of a Ray cluster, and the training that runs on it: the trainer's packages, and Ray.
FROM python:3.11.15-slim-trixie
WORKDIR /app
COPY requirements/ray.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/ray.txt
COPY collector/ collector/
COPY training/ training/
COPY service/ service/
# Workers import the code from here wherever they run.
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 MIDSTROKE_VAR=/var/lib/midstroke HOME=/tmp RAY_USAGE_STATS_ENABLED=0
RUN python -m compileall -q collector training service \
    && useradd --uid 10001 --no-create-home midstroke \
    && mkdir /var/lib/midstroke && chown midstroke /var/lib/midstroke
USER 10001
VOLUME /var/lib/midstroke
CMD ["ray", "start", "--head", "--block", "--include-dashboard=false", "--disable-usage-stats"]
