#!/bin/sh
# Writes requirements/*.txt: every version pinned and hashed for all platforms, no download address.
# The whole set is resolved first, and the smaller ones are held to it, so that all three agree.
set -eu
uv=$1
lock() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@" -o "$out" pyproject.toml
}
lock requirements/dev.txt --extra train --extra dev
lock requirements/run.txt --extra train --constraint requirements/dev.txt
lock requirements/serve.txt --constraint requirements/dev.txt
