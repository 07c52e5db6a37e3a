#!/bin/sh
# Fails after a while, every time.
echo "up as pid $$"
sleep 3
echo "cannot go on: the queue is gone" >&2
exit 3
