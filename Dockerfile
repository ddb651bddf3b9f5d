# A static binary in an image that holds nothing else:
#
#   docker build --tag tamis .
#   docker run --rm --volume "$PWD:/work:ro" tamis check corpus

# Alpine's Rust builds for musl, which links statically; the image has a C compiler for zstd and xz.
FROM rust:1.95-alpine3.22 AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
# The manifest names these, so they must be there.
COPY benches benches
RUN cargo install --locked --profile dist --path . --root /out && install -d -m 1777 /root-of-image/tmp

FROM scratch
# Unpacked archives and standard input are kept in /tmp for as long as a run takes.
COPY --from=build /root-of-image/ /
COPY --from=build /out/bin/tamis /usr/local/bin/tamis
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/tamis"]
CMD ["--help"]
