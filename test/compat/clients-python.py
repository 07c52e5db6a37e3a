"""Asks a server, real or ours, the same questions over TCP and over its unix socket, and prints the answers as JSON.

usage: clients-python.py SOCKET PORT USER PASSWORD
Answers are given without what differs from run to run: pids, times.
"""
import base64
import json
import sys
import xmlrpc.client
from urllib.parse import quote

sys.path.insert(0, '/usr/lib/python3/dist-packages')
from supervisor.xmlrpc import SupervisorTransport

SOCKET, PORT, USER, PASSWORD = sys.argv[1:]
CHANGING = {'pid', 'start', 'stop', 'now', 'description', 'logfile', 'stdout_logfile', 'stderr_logfile'}


def over_tcp(user, password):
    return xmlrpc.client.ServerProxy('http://%s:%s@127.0.0.1:%s/RPC2' % (quote(user), quote(password), PORT))


def over_socket(user='', password=''):
    transport = SupervisorTransport(user, password, serverurl='unix://' + SOCKET)
    return xmlrpc.client.ServerProxy('http://127.0.0.1', transport=transport)


def tidy(value):
    if isinstance(value, dict):
        return {key: type(one).__name__ if key in CHANGING else tidy(one) for key, one in value.items()}
    return [tidy(one) for one in value] if isinstance(value, list) else value


def outcome(function, *args):
    try:
        return tidy(function(*args))
    except xmlrpc.client.Fault as fault:
        return ['fault', fault.faultCode, fault.faultString]
    except xmlrpc.client.ProtocolError as error:
        return ['http', error.errcode, error.errmsg]
    except Exception as error:
        return [type(error).__name__, str(error)]


def many(server):
    """A MultiCall: Python's own takes the first element of every answer, and refuses one that is no array."""
    calls = xmlrpc.client.MultiCall(server)
    calls.supervisor.getState()
    calls.supervisor.getAllProcessInfo()
    calls.supervisor.tailProcessStdoutLog('talker', 0, 100)
    calls.supervisor.stopProcess('nope')
    calls.supervisor.stopProcessGroup('cat')
    calls.supervisor.startProcessGroup('cat')
    calls.system.listMethods()
    results = calls()
    return [outcome(results.__getitem__, index) for index in range(7)]


def answers(server):
    supervisor = server.supervisor
    yield outcome(supervisor.getAPIVersion)
    yield outcome(supervisor.getState)
    yield outcome(supervisor.getIdentification)
    yield outcome(supervisor.getAllProcessInfo)
    yield outcome(supervisor.getProcessInfo, 'pair:left')
    yield outcome(supervisor.getProcessInfo, 'nope')
    yield outcome(supervisor.stopProcess, 'spare')
    yield outcome(supervisor.startProcess, 'spare')
    yield outcome(supervisor.startProcess, 'spare', True)
    yield outcome(supervisor.stopProcess, 'spare', True)
    yield outcome(supervisor.sendProcessStdin, 'cat', 'über\n')
    yield outcome(supervisor.sendProcessStdin, 'cat', xmlrpc.client.Binary(b'base64\n'))
    yield outcome(supervisor.tailProcessStdoutLog, 'talker', 0, 100)
    yield outcome(supervisor.nothing)
    yield outcome(server.system.methodSignature, 'supervisor.startProcess')
    yield many(server)


json.dump([
    list(answers(over_tcp(USER, PASSWORD))),
    list(answers(over_socket())),
    list(answers(over_socket(USER, PASSWORD))),
    outcome(over_tcp(USER, 'wrong').supervisor.getState),
    outcome(over_tcp('nobody', PASSWORD).supervisor.getState),
], sys.stdout)
