# MinIO from its source at the version in infra/go_tools.txt, which says why.
FROM golang:1.26.5-bookworm AS build
COPY infra/go_tools.txt /go_tools.txt
RUN CGO_ENABLED=0 GOBIN=/out go install -trimpath -ldflags="-s -w" \
    "$(awk '$1 == "minio" { print $2 "@" $3 }' /go_tools.txt)"

FROM alpine:3.23
COPY --from=build /out/minio /usr/local/bin/minio
# A new named volume takes the owner of the folder that it covers.
RUN adduser -D -H -u 10001 minio && mkdir /data && chown minio /data
USER 10001
VOLUME /data
# HOME: it looks for TLS certificates there, and wants to make the folder.
ENV HOME=/tmp MINIO_BROWSER=off MINIO_UPDATE=off
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9000/minio/health/cluster"]
ENTRYPOINT ["minio", "server", "--address", ":9000", "/data"]
