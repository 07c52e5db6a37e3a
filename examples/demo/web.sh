#!/bin/sh
# Finishes the request that it has when it is stopped.
trap 'echo "finishing the last request"; exit 0' TERM
request=0
while :; do
  request=$((request + 1))
  echo "GET /orders/$request 200"
  sleep 2 &
  wait $!
done
