# The live side: no TensorFlow in here.
FROM python:3.11.15-slim-trixie
WORKDIR /app
COPY requirements/serve.txt requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/serve.txt
COPY collector/ collector/
COPY training/ training/
COPY service/ service/
COPY frontend/ frontend/
# Compiled now, for the root file system is read-only later. A new named volume takes the owner of the folder that it covers.
RUN python -m compileall -q collector training service \
    && useradd --uid 10001 --no-create-home midstroke \
    && mkdir /var/lib/midstroke && chown midstroke /var/lib/midstroke
USER 10001
VOLUME /var/lib/midstroke
ENV PYTHONUNBUFFERED=1 MIDSTROKE_VAR=/var/lib/midstroke MIDSTROKE_HOST=0.0.0.0 MIDSTROKE_PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["python", "-m", "service", "serve"]
