# The program as an image: `docker build --tag chronofolio:local .`
FROM node:22.20.0-bookworm-slim AS base

# Everything from source to dist/. Install scripts stay off: nothing we need has one, and our own would
# build before the sources are there.
FROM base AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY domain domain
COPY commands commands
COPY projections projections
COPY api api
COPY cli cli
COPY infra infra
RUN npm run --silent build

# What the program needs when it runs. The optional dependencies are the embedded PostgreSQL's programs,
# 100 MB for each platform, which a container with a database beside it has no use for.
FROM base AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM base
LABEL org.opencontainers.image.title="Chronofolio" \
      org.opencontainers.image.description="An event-sourced backend for investment portfolios" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0
WORKDIR /app
# Owned by root and read by everybody: the program cannot change itself.
COPY package.json LICENSE ./
COPY bin bin
COPY migrations migrations
COPY infra/compose/health.js infra/compose/health.js
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# The user `node` of the base image, by number so that an orchestrator can tell that it is not root.
USER 1000:1000
EXPOSE 8080 8081 8085 3001 3002 9091
# A role on another port is given its own check by compose.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["node", "infra/compose/health.js"]
# Room for the short-lived objects of a rebuild; without it they are promoted and collected twice.
ENTRYPOINT ["node", "--max-semi-space-size=64", "bin/chronofolio.js"]
CMD ["serve"]
