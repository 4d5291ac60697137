# syntax=docker/dockerfile:1
# Parley in one static binary on an image without a shell. Try it with
#   docker build -t parley . && docker run -p 8080:8080 -v parley:/data parley

# The pages: the widget and the dashboard.
FROM node:20-bookworm-slim AS pages
WORKDIR /src
# Packages first: this layer changes only with the lock files.
COPY widget/package.json widget/package-lock.json widget/.npmrc widget/
COPY dashboard/package.json dashboard/package-lock.json dashboard/.npmrc dashboard/
RUN cd widget && npm ci --no-audit --no-fund \
    && cd ../dashboard && npm ci --no-audit --no-fund
COPY widget widget
COPY dashboard dashboard
RUN cd widget && npm run build \
    && cd ../dashboard && npm run build

# The binary, with the pages in it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=pages /src/widget/dist widget/dist
COPY --from=pages /src/dashboard/dist dashboard/dist
# What nodes and metrics call this version: docker build --build-arg VERSION=$(git rev-parse --short=12 HEAD)
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.released=$VERSION" -o /out/parley ./cmd/parley \
    && mkdir /out/data

# Certificates, time zones and a user that is not root; nothing else.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/parley /parley
# A volume that is mounted here for the first time takes over this owner.
COPY --from=build --chown=nonroot:nonroot /out/data /data
# Inside a container "this machine only" would be nobody.
ENV PARLEY_ADDR=0.0.0.0:8080 \
    PARLEY_DATA=/data
EXPOSE 8080
VOLUME /data
# Ready, not only alive: the database answers. The first start makes the tables. Docker restarts nobody for it; where
# something does (Swarm), a database that is away has nodes restarted that would only have had to wait.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["/parley", "healthz"]
ENTRYPOINT ["/parley"]
CMD ["serve"]
