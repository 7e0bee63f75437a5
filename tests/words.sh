#!/usr/bin/env bash
# Counts words that make a sentence hard to read, in code, documentation and texts. Fails above the limit.
# With --list, shows each line.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=1
words='\b(in earnest|for want of|be it|anew|(?<!there )(is|are) none|none of it|(?<!there )is no (?!longer)[a-z]+|stands?|tells|wish(es)? for|whoever'
words+='|nobody|somebody|(?<!lag )(?<!lags )behind(?! a proxy)|beside|comes? by|patience|so long a|made up)\b'

# grep ends with 1 if there is none.
found=$(git grep -noiP "$words" -- '*.rs' '*.md' || [ $? = 1 ])
count=$(printf '%s' "$found" | grep -c . || true)
echo "$count of at most $limit"
if [ "${1:-}" = --list ] || [ "$count" -gt "$limit" ]; then
  printf '%s\n' "$found"
fi
[ "$count" -le "$limit" ]
