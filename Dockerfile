# Domicile in a container: the server as `docker run` starts it, the command line as `docker exec … domicile`.

# The auditors' console needs its tools only while it is built.
FROM node:24.21.0-slim AS console
WORKDIR /domicile
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY console console
RUN node console/build.ts

# What runs, without what tests and builds. The image has a Node; the one among the dependencies makes way for it.
FROM node:24.21.0-slim AS dependencies
WORKDIR /domicile
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node \
  && mkdir -p node_modules/.bin \
  && ln -sf /usr/local/bin/node node_modules/.bin/node

FROM node:24.21.0-slim
ENV NODE_ENV=production \
    LEDGER_HOST=0.0.0.0 \
    LEDGER_PORT=8484 \
    LEDGER_STORE=sqlite:/var/lib/domicile \
    LEDGER_DATA=/var/lib/domicile \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=8388608 \
    MALLOC_TRIM_THRESHOLD_=33554432
WORKDIR /domicile
COPY --from=dependencies /domicile/node_modules node_modules
COPY --from=console /domicile/console/dist console/dist
COPY package.json ./
COPY bin bin
COPY src src
COPY policies policies
COPY scenarios scenarios
RUN mkdir -p /var/lib/domicile \
  && chown node:node /var/lib/domicile \
  && ln -s /domicile/bin/domicile /usr/local/bin/domicile
USER node
VOLUME /var/lib/domicile
EXPOSE 8484
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.LEDGER_PORT + '/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the process that is signalled: no shell stands before it.
CMD ["node", "--max-semi-space-size=4", "src/main/serve.ts"]
