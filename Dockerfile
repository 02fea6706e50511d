# The gateway (`voltana serve`) and all commands that need no GPU, as a user without rights.
# The agent on GPU nodes belongs on the host, not here: docs/install.md.
FROM node:22-bookworm-slim AS pack
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY bin ./bin
COPY src ./src
COPY commands ./commands
COPY profiles ./profiles
COPY docs ./docs
COPY README.md LICENSE CHANGELOG.md SECURITY.md THIRD_PARTY.md ./
RUN npm pack --silent && mv voltana-*.tgz /voltana.tgz

FROM node:22-bookworm-slim
COPY --from=pack /voltana.tgz /tmp/voltana.tgz
RUN npm install --global --no-audit --no-fund /tmp/voltana.tgz && rm /tmp/voltana.tgz && npm cache clean --force
USER node
WORKDIR /home/node
EXPOSE 8080
# voltana ends its processes on SIGTERM; `docker run --init` reaps what they leave.
STOPSIGNAL SIGTERM
ENTRYPOINT ["voltana"]
CMD ["--help"]
