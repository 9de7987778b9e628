# The side that trains: TensorFlow, and no port.
FROM python:3.11.15-slim-trixie
WORKDIR /app
COPY requirements/run.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY collector/ collector/
COPY training/ training/
COPY service/ service/
# Compiled now, for the root file system is read-only later. A new named volume takes the owner of the folder that it covers.
RUN python -m compileall -q collector training service \
    && useradd --uid 10001 --no-create-home midstroke \
    && mkdir /var/lib/midstroke && chown midstroke /var/lib/midstroke
USER 10001
VOLUME /var/lib/midstroke
# HOME: matplotlib and Keras each want a folder of their own to write to.
ENV PYTHONUNBUFFERED=1 MIDSTROKE_VAR=/var/lib/midstroke HOME=/tmp
# A trainer has no port to ask: it is healthy if its status is in the store and can be read.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s \
    CMD ["python", "-c", "from collector.contribution.layout import TRAINER_STATUS as STATUS; from collector.settings import *; open_store(StoreSettings()).get(STATUS)"]
CMD ["python", "-m", "service", "train", "--watch"]
