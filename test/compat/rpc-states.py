"""Asks a server, real or ours, every method in every state of a process and of the server, and prints the answers as JSON.

usage: rpc-states.py SOCKET FOLDER PROBES
The program for the probe I of a state is called STATE_I: PROBES of them for each state, in groups of their own.
"""
import json
import sys
import time
import xmlrpc.client

sys.path.insert(0, '/usr/lib/python3/dist-packages')
from supervisor.xmlrpc import SupervisorTransport

SOCKET, FOLDER, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
ANSWERS = []
SERVER = xmlrpc.client.ServerProxy(
    'http://127.0.0.1', transport=SupervisorTransport(None, None, serverurl='unix://' + SOCKET))


def tidy(value):
    if isinstance(value, str):
        return value.replace(FOLDER, 'FOLDER')
    if isinstance(value, list):
        return [tidy(one) for one in value]
    if isinstance(value, dict):
        # The description of a result is its fault; that of a process has its pid.
        changing = ('pid', 'start', 'stop', 'now') + (() if 'status' in value else ('description',))
        return {key: tidy(one) for key, one in value.items() if key not in changing}
    return value


def ask(title, method, *args):
    target = SERVER
    for part in method.split('.'):
        target = getattr(target, part)
    try:
        answer = tidy(target(*args))
    except xmlrpc.client.Fault as fault:
        answer = {'fault': fault.faultCode, 'text': tidy(fault.faultString)}
    except xmlrpc.client.ProtocolError as error:
        answer = {'http': error.errcode}
    ANSWERS.append([title, answer])
    SERVER('close')()


PROBES = [
    ('startProcess', lambda name: (name,)),
    ('startProcess', lambda name: (name, False)),
    ('startProcess', lambda name: (name + ':*',)),
    ('startProcessGroup', lambda name: (name,)),
    ('stopProcess', lambda name: (name,)),
    ('stopProcess', lambda name: (name, False)),
    ('stopProcess', lambda name: (name + ':',)),
    ('stopProcessGroup', lambda name: (name,)),
    ('signalProcess', lambda name: (name, 'CONT')),
    ('signalProcess', lambda name: (name, 'BOGUS')),
    ('signalProcessGroup', lambda name: (name, 'CONT')),
    ('signalProcessGroup', lambda name: (name, 'BOGUS')),
    ('sendProcessStdin', lambda name: (name, 'x')),
    ('sendProcessStdin', lambda name: (name, 5)),
    ('removeProcessGroup', lambda name: (name,)),
    ('addProcessGroup', lambda name: (name,)),
    ('clearProcessLogs', lambda name: (name,)),
    ('readProcessStdoutLog', lambda name: (name, 0, 0)),
    ('tailProcessStdoutLog', lambda name: (name, 0, 10)),
    ('getProcessInfo', lambda name: (name,)),
]
assert len(PROBES) == COUNT


def info_of(name):
    return SERVER.supervisor.getProcessInfo(name)


def wait_for(name, state):
    deadline = time.time() + 20
    while True:
        seen = info_of(name)
        if seen['statename'] == state:
            return seen
        if time.time() > deadline:
            raise SystemExit('%s is %s, not %s' % (name, seen['statename'], state))
        time.sleep(0.02)


def names_of(state):
    return ['%s_%d' % (state, index) for index in range(COUNT)]


def bring(names, state):
    """Brings programs into a state; their commands make them go there."""
    if state == 'STOPPED':
        return
    for name in names:
        SERVER.supervisor.startProcess(name, False)
    if state == 'STOPPING':
        for name in names:
            wait_for(name, 'RUNNING')
            SERVER.supervisor.stopProcess(name, False)
    for name in names:
        wait_for(name, state)


def is_asked_in_backoff(name, *question):
    """A process does not stay in BACKOFF for long: takes the answer back when it was respawned before it came."""
    if info_of(name)['statename'] == 'STOPPED':
        SERVER.supervisor.startProcess(name, False)
    before = wait_for(name, 'BACKOFF')
    mark = len(ANSWERS)
    ask(*question)
    # A try begins a second or more after the one before it, so whole seconds tell them apart.
    if info_of(name)['start'] == before['start']:
        return True
    del ANSWERS[mark:]
    return False


def about_states():
    for state in ('STOPPED', 'STARTING', 'RUNNING', 'STOPPING', 'EXITED', 'FATAL'):
        bring(names_of(state), state)
    for state in ('STOPPED', 'STARTING', 'RUNNING', 'BACKOFF', 'STOPPING', 'EXITED', 'FATAL'):
        for name, (method, args) in zip(names_of(state), PROBES):
            question = ('%s in %s: %r' % (method, state, args(name)), 'supervisor.' + method, *args(name))
            if state != 'BACKOFF':
                ask(*question)
                continue
            while not is_asked_in_backoff(name, *question):
                pass


PLAUSIBLE = {'string': 'x', 'int': 0, 'boolean': True, 'array': [], 'struct': {}}


def about_arguments():
    """Every method with too few and too many arguments."""
    for name in SERVER.system.listMethods():
        _, *types = SERVER.system.methodSignature(name)
        given = [PLAUSIBLE[one] for one in types]
        ask('too many arguments of ' + name, name, *given, 1)
        if types and types != ['boolean']:
            ask('no arguments of ' + name, name)


def about_shutdown():
    SERVER.supervisor.shutdown()
    for name in SERVER.system.listMethods():
        _, *types = SERVER.system.methodSignature(name)
        # The help is ours, and the state is told.
        if name not in ('system.methodHelp', 'supervisor.getState'):
            ask('%s during the shutdown' % name, name, *[PLAUSIBLE[one] for one in types])
            ask('too many arguments of %s during the shutdown' % name, name, *[PLAUSIBLE[one] for one in types], 1)


about_states()
about_arguments()
about_shutdown()
json.dump(ANSWERS, sys.stdout)
