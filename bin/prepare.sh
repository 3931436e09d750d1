# Read by start, test and rookery, in the software's folder: installs the packages when they are missing or not those of
# package-lock.json, and puts the pinned Node first on PATH. Needs nothing but Node >= 20 and npm.

stop() {
  printf '%s\n' "$@" >&2
  exit 1
}

require_node() {
  command -v node >/dev/null 2>&1 || stop 'Node.js is missing: install Node.js 20 or newer, with npm, then try again.' \
    'On Debian and Ubuntu: apt-get install nodejs npm'
  command -v npm >/dev/null 2>&1 || stop 'npm is missing: install it, then try again. On Debian and Ubuntu: apt-get install npm'
  found=$(node -p 'process.versions.node')
  [ "${found%%.*}" -ge 20 ] || stop "Node.js $found is too old: install Node.js 20 or newer, then try again."
}

# The checksum of the lock file that was last installed here; a changed lock file gets a closer look.
stamp=node_modules/.installed
lock_sum() { cksum <package-lock.json; }
is_installed() {
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(lock_sum)" ] && return 0
  [ -f node_modules/.package-lock.json ] && require_node && node bin/is-installed.mjs && lock_sum >"$stamp"
}

install_packages() {
  require_node
  echo 'Installing packages (about a minute) ...'
  began=$(date +%s)
  # A sign of life every ten seconds: npm is silent where there is no terminal.
  (while sleep 10; do echo "  still installing, $(($(date +%s) - began)) s"; done) &
  ticker=$!
  trap 'kill "$ticker" 2>/dev/null || :' EXIT
  trap 'exit 130' INT TERM
  result=0
  # The lock file names every platform's parts (see config/lock-file.ts), and engine warnings are about the Node that
  # runs npm, not about the pinned one that runs the server.
  npm ci --include=dev --include=optional --no-audit --no-fund --no-update-notifier --loglevel=error || result=$?
  kill "$ticker" 2>/dev/null || :
  wait "$ticker" 2>/dev/null || :
  trap - EXIT INT TERM
  [ "$result" -eq 0 ] || stop 'The packages could not be installed; npm says above why.' \
    'Usual causes: no network, a full disk, or a folder that belongs to another user.'
  lock_sum >"$stamp"
  echo "Packages installed in $(($(date +%s) - began)) s."
}

is_installed || install_packages

PATH=$PWD/node_modules/.bin:$PATH
export PATH
# Linux on x64 and arm64 has the pinned Node from npm; elsewhere the machine's own must do.
command -v node >/dev/null 2>&1 || require_node
found=$(node -p 'process.versions.node')
[ "${found%%.*}" -ge 24 ] || stop "There is no pinned Node.js for this machine, and $found is too old: install Node.js 24 or newer."
