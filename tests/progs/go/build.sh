#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the program beside it, offline, and writes nowhere but to OUT and $GOCACHE.
#
#   build.sh GO OUT GOARCH [FLAGS...]
set -eu
go=$1 out=$2 GOARCH=$3
shift 3
# One that is unpacked, not installed (tests/vm/go.sh), takes another place for its own.
root=$(CDPATH='' cd -- "$(dirname "$(readlink -f "$go")")/.." && pwd)
[ ! -d "$root/src/runtime" ] || export GOROOT="$root"
GOPATH=$GOCACHE/path
GOOS=linux GO111MODULE=on GOPROXY=off GOTOOLCHAIN=local GOFLAGS=-p=1 GOENV=off GOWORK=off
GOTELEMETRY=off
unset GOEXPERIMENT
: "${CGO_ENABLED:=0}"
export GOPATH GOOS GOARCH GO111MODULE GOPROXY GOTOOLCHAIN GOFLAGS GOENV GOWORK
export GOTELEMETRY GOCACHE CGO_ENABLED
cd "$(dirname "$0")"
exec nice "$go" build -o "$out" "$@" .
