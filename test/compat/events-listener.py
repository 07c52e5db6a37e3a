"""An event listener on Supervisor's own childutils: notes what it is told, and answers as its first argument says.

ok: OK to everything; reject: FAIL to the first, OK to the rest; die: dies of the first, once.
"""
import json
import os
import sys

from supervisor import childutils

trace, manner = sys.argv[1:3]
marker = trace + '.done'

while True:
    headers, payload = childutils.listener.wait()
    with open(trace, 'a') as notes:
        notes.write(json.dumps([headers, payload]) + '\n')
    first = not os.path.exists(marker)
    open(marker, 'w').close()
    if first and manner == 'die':
        sys.exit(3)
    if first and manner == 'reject':
        childutils.listener.fail()
    else:
        childutils.listener.ok()
