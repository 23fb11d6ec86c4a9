#!/bin/bash
# Installs the Debian packages that are missing, and nothing where none is: for each argument, `build`, `test` or `bench`.
# With sudo where not root. Other systems are left alone; the build then says what it lacks.
set -euo pipefail

if ! command -v swift > /dev/null; then
    echo "There is no swift here. Headrace needs Swift 6.3: https://www.swift.org/install" >&2
    exit 1
fi
command -v dpkg-query > /dev/null || exit 0

missing=()

# A package, looked for by its name, for there is nothing to run.
need_library() {
    local status
    status=$(dpkg-query -W -f '${Status}' "$1" 2> /dev/null || true)
    [[ $status == "install ok installed" ]] || missing+=("$1")
}

# A package, looked for by the program it brings: it may have come another way.
need_program() {
    command -v "$1" > /dev/null || missing+=("$2")
}

for purpose in "$@"; do
    case $purpose in
        build)
            need_library libsqlite3-dev
            need_library zlib1g-dev
            ;;
        test)
            need_program strace strace
            need_program curl curl
            need_program python3 python3
            need_program cc gcc
            ;;
        bench)
            need_program wrk wrk
            need_program javac openjdk-17-jdk-headless
            need_program python3 python3
            python3 -c 'import venv, ensurepip' 2> /dev/null || missing+=(python3-venv)
            ;;
        *)
            echo "usage: $0 [build] [test] [bench]" >&2
            exit 64
            ;;
    esac
done

((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo > /dev/null; then
        echo "Missing: ${missing[*]}. As root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
