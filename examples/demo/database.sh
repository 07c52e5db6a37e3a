#!/bin/sh
# Needs a second to close its files when it is stopped.
trap 'echo "closing the files"; sleep 1; echo "closed"; exit 0' TERM
echo "ready for connections"
while :; do
  sleep 5 &
  wait $!
done
