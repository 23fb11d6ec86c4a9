#!/bin/bash
# January 2013 from New York, told in a few seconds: `make demo`. The first argument is the program.
# KEEP=1 keeps the directory with the log.
set -euo pipefail
export LC_ALL=C # numbers with a point, whatever the locale
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

headrace=${1:-.build/release/headrace}
example=Examples/flights
spec=$example/flights.yaml
data=$example/january.csv.gz
work=$(mktemp -d "${TMPDIR:-/tmp}/headrace-demo.XXXXXX")
server=

finish() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n $server ]]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    if ((status != 0)) && [[ -s $work/up.err ]]; then cat "$work/up.err" >&2; fi
    if [[ -n ${KEEP:-} ]]; then echo "kept: $work"; else rm -rf "$work"; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

step=0
heading() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"
}

# A command as it would be typed.
show() {
    printf '   $ headrace %s\n' "$*"
}

# The first value of a key in a line of JSON; of the metric, in its role.
value() {
    [[ $2 =~ \"$1\":\"?([^\",}]*) ]]
    echo "${BASH_REMATCH[1]}"
}
mae() {
    [[ $2 =~ \"$1\":\{\"mae\":([^,}]*) ]]
    printf '%.2f' "${BASH_REMATCH[1]}"
}
grouped() {
    sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<< "$1"
}

# Rows that depart from one instant on, and before another.
flights() {
    gzip -dc "$data" | awk -F, -v from="$1" -v to="$2" 'NR == 1 || ($2 >= from && $2 < to)' > "$work/part.csv"
}

must_equal() {
    if [[ $1 != "$2" ]]; then
        echo "   DIFFERENT: $1 and $2" >&2
        exit 1
    fi
}

echo "How late will a flight from New York land? Asked at the scheduled departure,"
echo "known hours later. Each answer is scored first, then learned from."

heading "Serve"
show "up $spec"
"$headrace" up "$spec" --data-dir "$work/data" --port 0 --format json > "$work/up.json" 2> "$work/up.err" &
server=$!
until [[ -s $work/up.json ]]; do
    kill -0 "$server" 2> /dev/null || exit 1
    sleep 0.05
done
url=$(value url "$(< "$work/up.json")")
echo "   listening at $url"

heading "Play January 2013: 27,004 real flights, each event a line of HTTP"
show "feed --data $data"
echo
printf '   %-12s %8s %8s   %s\n' "night to" flights landed "mean absolute error, minutes"
printf '   %-12s %8s %8s   %8s %10s\n' "" "" "" champion baseline
# The stream pauses at night, when no flight is in the air: so the parts are one stream, to the last bit.
nights=(06 09 12 16 20 24 28)
from=2013-01-01
for night in "${nights[@]}" end; do
    to=2013-01-${night}T09:59
    label="$((10#${night/end/0})) January"
    if [[ $night == end ]]; then to=2014 label="1 February"; fi
    flights "$from" "$to"
    "$headrace" feed --data "$work/part.csv" --url "$url" --format json > "$work/fed.json"
    now=$("$headrace" status --url "$url" --format json)
    mark=
    if [[ $night == 16 ]]; then
        middle=$now
        "$headrace" versions --url "$url" --name mid-january > /dev/null
        mark='   <- named mid-january'
    fi
    printf '   %-12s %8s %8s   %8s %10s%s\n' "$label" "$(grouped "$(value predictions "$now")")" \
        "$(grouped "$(value labels "$now")")" "$(mae metrics "$now")" "$(mae baseline "$now")" "$mark"
    from=$to
done
end=$now
must_equal 27004 "$(value predictions "$end")"

heading "Go back to the middle of the month"
show "restore --to mid-january"
back=$("$headrace" restore --url "$url" --to mid-january --format json)
recorded=$(value state_digest "$middle")
restored=$(value state_digest "$back")
echo "   then  $recorded"
echo "   now   $restored"
must_equal "$recorded" "$restored"
printf '   the same state, in %.0f ms; mean absolute error %s again\n' \
    "$(awk -v s="$(value elapsed_seconds "$back")" 'BEGIN { print s * 1000 }')" \
    "$(mae metrics "$("$headrace" status --url "$url" --format json)")"

heading "And forward to the end: a restore is an event, nothing was lost"
show "restore --to @$(value offset "$end")"
"$headrace" restore --url "$url" --to "@$(value offset "$end")" --format json > "$work/forward.json"
must_equal "$(value state_digest "$end")" "$(value state_digest "$(< "$work/forward.json")")"
echo
"$headrace" versions --url "$url"

heading "Verify: fold the whole log again, compare every answer and state"
kill "$server"
wait "$server"
server=
show "verify"
"$headrace" verify --data-dir "$work/data" --format json > "$work/verified.json"
verified=$(< "$work/verified.json")
must_equal true "$(value ok "$verified")"
must_equal "$(value state_digest "$end")" "$(value state_digest "$verified")"
echo "   $(grouped "$(value events "$verified")") events, $(grouped "$(value answers "$verified")") answers," \
    "$(value snapshots "$verified") snapshots: all equal"

heading "The same month in one process, without a server: the same bits"
show "evaluate $spec \\"
echo "        --data $data"
echo
"$headrace" evaluate "$spec" --data "$data" > "$work/evaluated.txt"
evaluated=$(sed -nE 's/^state_digest +//p' "$work/evaluated.txt")
must_equal "$(value state_digest "$end")" "$evaluated"
sed '/^ledger_digest/d' "$work/evaluated.txt"
echo "   which is the server's, bit by bit"

cat << END

${bold}Go on${plain}
   export PATH="\$PWD/.build/release:\$PATH"
   headrace init YOUR.csv --target COLUMN -o spec.yaml    a spec for your data
   headrace evaluate spec.yaml --data YOUR.csv            how good it would be
   headrace up spec.yaml                                  serve it; API at /docs
   README.md is a short tour. Nothing is left running; KEEP=1 make demo keeps
   the log.
END
