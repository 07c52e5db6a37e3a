#!/bin/sh
# Many lines at once, an error among them, and one line in two halves.
count=0
while :; do
  count=$((count + 1))
  echo "batch $count: 3 messages"
  echo "first"
  echo "second, an error" >&2
  printf 'third, in two '
  sleep 0.2
  echo "halves"
  sleep 4
done
