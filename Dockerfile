# syntax=docker/dockerfile:1
# The sluice command as an image: docker build --tag sluice:0.1.0 .
# What its containers share, and what each of them needs, is in docs/containers.md.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY . .
# Builds, and unpacks the native libraries beside the jar.
RUN ./sluice --version

FROM eclipse-temurin:17-jre
COPY --from=build /build/sluice /opt/sluice/sluice
COPY --from=build /build/samples/target/sluice.jar /opt/sluice/samples/target/sluice.jar
COPY --from=build /build/samples/target/native /opt/sluice/samples/target/native
COPY --from=build /build/target/sluice.built /opt/sluice/target/sluice.built
# The class data archive of this very JVM, which halves the start.
RUN ln -s /opt/sluice/sluice /usr/local/bin/sluice && sluice --version
# Users other than root (--user) have their runtime directory below this; it is root's below /var/run.
ENV XDG_RUNTIME_DIR=/run
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD grep -qs '/dpdk/.*/config' /proc/[0-9]*/maps
ENTRYPOINT ["sluice"]
