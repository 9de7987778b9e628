#!/bin/sh
# Writes requirements/*.txt: every version pinned and hashed for all platforms, no download address.
# The whole set is resolved first, and the smaller ones are held to it, so that they agree; the peers stand alone.
set -eu
uv=$1
lock() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@" -o "$out" pyproject.toml
}
lock requirements/proof.txt --extra train --extra dev --extra proof --extra docs
lock requirements/dev.txt --extra train --extra dev --constraint requirements/proof.txt
lock requirements/docs.txt --extra docs --constraint requirements/proof.txt
lock requirements/run.txt --extra train --constraint requirements/proof.txt
lock requirements/ray.txt --extra train --extra ray --constraint requirements/proof.txt
lock requirements/serve.txt --constraint requirements/proof.txt
lock requirements/peers.txt --extra train --extra peers  # Gradio asks for older releases than the service has
