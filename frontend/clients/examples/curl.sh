#!/usr/bin/env bash
# Asks a running service about two drawings in one call, and about a picture where one is given: curl.sh [digit.png]
set -euo pipefail
url="${MIDSTROKE_URL:-http://127.0.0.1:8000}"

curl --fail-with-body --silent --show-error -H "Content-Type: application/json" "$url/predict" \
    -d '{"drawings": [{"strokes": [[[150, 120], [350, 120], [220, 400]]]}, {"strokes": [[[250, 80], [250, 420]]]}]}'
if [[ $# -gt 0 ]]; then
    curl --fail-with-body --silent --show-error -H "Content-Type: image/png" --data-binary "@$1" "$url/predict"
fi
