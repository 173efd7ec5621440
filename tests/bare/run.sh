#!/usr/bin/env bash
# Runs the README's commands on a bare machine: a new Debian root with rustup, Node and apt, an empty home and empty
# caches, and a fresh clone of this repository's HEAD. Each command gets a root of its own; prints the minutes of each.
#
#   tests/bare/run.sh [demo|test|setup|build]...      (default: demo test)
#
# Needs root on a Debian machine with debootstrap, rustup and Node; what they are configured with (mirrors, certificates,
# registries) is found at run time and taken along. BARE_DIR names the folder to work in (default: a new one in /var/tmp);
# BARE_KEEP=1 keeps the roots. The C compiler is in the root because rustup asks for one: cargo cannot even
# build xtask without a linker.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
work=${BARE_DIR:-$(mktemp -d /var/tmp/longshore-bare.XXXXXX)}
base=$work/base
commands=("$@")
[ $# -gt 0 ] || commands=(demo test)

say() { printf 'bare: %s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "must run as root"
for program in debootstrap rustup rustc node npm git unshare chroot; do
  command -v "$program" >/dev/null || fail "$program is missing on this machine"
done

# A Debian with nothing but what installing itself takes, a linker and certificates.
make_base() {
  . /etc/os-release
  local mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Codename: $VERSION_CODENAME" | head -n 1)
  say "debootstrap $VERSION_CODENAME"
  debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev "$VERSION_CODENAME" "$base.new" "${mirror:-http://deb.debian.org/debian}" \
    >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log"; fail "debootstrap failed"; }
  take_network
  take_rust
  take_node
  # Packages must not start services in a chroot.
  printf '#!/bin/sh\nexit 101\n' >"$base.new/usr/sbin/policy-rc.d"
  chmod +x "$base.new/usr/sbin/policy-rc.d"
  mv "$base.new" "$base"
}

# Names, certificates and package sources as this machine has them.
take_network() {
  local path
  for path in /etc/resolv.conf /etc/hosts /etc/ssl/certs /usr/local/share/ca-certificates /usr/share/ca-certificates \
              /usr/share/keyrings /etc/apt/keyrings /etc/apt/trusted.gpg.d /etc/apt/auth.conf.d /etc/apt/apt.conf.d; do
    [ -e "$path" ] || continue
    mkdir -p "$base.new$(dirname "$path")"
    cp -aL "$path" "$base.new$(dirname "$path")/" 2>/dev/null || cp -a "$path" "$base.new$(dirname "$path")/"
  done
  # Hooks of this machine's own programs, which the new root does not have.
  grep -lsE 'Pre-Install-Pkgs|Post-Invoke' "$base.new"/etc/apt/apt.conf.d/* | xargs -r rm -f
  rm -rf "$base.new/etc/apt/sources.list" "$base.new/etc/apt/sources.list.d"
  cp -aL /etc/apt/sources.list.d "$base.new/etc/apt/" 2>/dev/null || mkdir -p "$base.new/etc/apt/sources.list.d"
  [ ! -f /etc/apt/sources.list ] || cp -aL /etc/apt/sources.list "$base.new/etc/apt/"
}

# rustup with the active toolchain, and without the wasm target: adding it is setup's work.
take_rust() {
  local toolchain sysroot home shims program
  toolchain=$(cd / && rustup show active-toolchain | cut -d ' ' -f 1)
  sysroot=$(cd / && rustc --print sysroot)
  home=$(rustup show home)
  shims=$(dirname "$(command -v rustup)")
  say "rustup with $toolchain"
  mkdir -p "$base.new/opt/rustup/toolchains" "$base.new/opt/rustup/bin"
  cp -a "$home/settings.toml" "$base.new/opt/rustup/"
  [ ! -d "$home/update-hashes" ] || cp -a "$home/update-hashes" "$base.new/opt/rustup/"
  cp -a "$sysroot" "$base.new/opt/rustup/toolchains/$toolchain"
  rm -rf "$base.new/opt/rustup/toolchains/$toolchain/share/doc"
  for program in rustup cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
    [ ! -e "$shims/$program" ] || cp -L "$shims/$program" "$base.new/opt/rustup/bin/"
  done
}

# Node and npm, where a person would put them by hand.
take_node() {
  local modules
  say "node $(node --version)"
  modules=$(npm root --global 2>/dev/null)
  mkdir -p "$base.new/usr/local/lib/node_modules" "$base.new/usr/local/etc"
  cp -L "$(command -v node)" "$base.new/usr/local/bin/node"
  cp -aL "$modules/npm" "$base.new/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base.new/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$base.new/usr/local/bin/npx"
}

# The registries' settings: they are the network's, not the home's, so the home stays as good as empty.
take_registries() {
  local root=$1 file
  file=$(npm config get globalconfig 2>/dev/null)
  [ ! -f "$file" ] || cp -L "$file" "$root/usr/local/etc/npmrc"
  [ ! -f "$HOME/.npmrc" ] || cp -L "$HOME/.npmrc" "$root/root/.npmrc"
  mkdir -p "$root/root/.cargo"
  for file in config.toml config credentials.toml; do
    [ ! -f "${CARGO_HOME:-$HOME/.cargo}/$file" ] || cp -L "${CARGO_HOME:-$HOME/.cargo}/$file" "$root/root/.cargo/"
  done
}

# Runs a script in a root, with its own mounts and an environment of its own; the mounts go with the process.
inside() {
  local root=$1 script=$2 name keep=()
  while IFS= read -r name; do
    keep+=("$name=${!name}")
  done < <(compgen -e | grep -iE '^(https?_proxy|no_proxy|all_proxy|ssl_cert_(file|dir)|node_extra_ca_certs|curl_ca_bundle|npm_config_.*|cargo_(http|net|registr(y|ies)|source)_.*|rustup_(dist_server|update_root|auto_install))$' || true)
  env -i "${keep[@]}" HOME=/root TERM=dumb LANG=C.UTF-8 CI=1 RUSTUP_HOME=/opt/rustup \
    PATH=/opt/rustup/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    unshare --mount --propagation private bash -c '
      root=$1
      mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
      mount --rbind /sys "$root/sys"
      mount --rbind /dev "$root/dev"
      exec chroot "$root" bash -c "$2" </dev/null' inside "$root" "$script"
}

# Starts the demo, asks it for its page and its worker script, and ends it.
demo_script='
cd /longshore
cargo xtask demo --port 18787 >/tmp/demo.log 2>&1 &
demo=$!
ask() { node -e "fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))" "http://127.0.0.1:18787$1"; }
until grep -q "board:" /tmp/demo.log; do
  kill -0 $demo 2>/dev/null || { cat /tmp/demo.log; exit 1; }
  sleep 1
done
cat /tmp/demo.log
for try in 1 2 3 4 5 6 7 8 9 10; do ask / && break; sleep 1; done
ask / && ask /longshore/longshore-sw.js && ask /api/boards; answered=$?
kill $demo
echo "demo answered: $([ $answered = 0 ] && echo yes || echo no)"
exit $answered'

[ -d "$base" ] || { mkdir -p "$work"; make_base; inside "$base" 'rustup target remove wasm32-unknown-unknown >/dev/null 2>&1 || true'; }

failed=0
summary=()
for command in "${commands[@]}"; do
  root=$work/$command
  rm -rf "$root"
  cp -a "$base" "$root"
  take_registries "$root"
  git clone --quiet --no-local "$repository" "$root/longshore"
  say "cargo xtask $command, from nothing"
  began=$SECONDS
  case $command in
    demo) script=$demo_script ;;
    *) script="cd /longshore && cargo xtask $command" ;;
  esac
  if inside "$root" "$script"; then result=succeeded; else result=FAILED failed=1; fi
  took=$((SECONDS - began))
  summary+=("cargo xtask $command $result after $((took / 60)) min $((took % 60)) s")
  say "${summary[-1]}"
  [ -n "${BARE_KEEP:-}" ] || rm -rf "$root"
done
[ -n "${BARE_KEEP:-}" ] || rm -rf "$work"
printf 'bare: %s\n' "${summary[@]}"
exit $failed
