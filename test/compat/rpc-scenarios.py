"""Asks a server, real or ours, the same questions, and prints its answers as JSON.

usage: rpc-scenarios.py SOCKET FOLDER
Answers are given without what differs from run to run: pids, times, the folder.
"""
import http.client
import json
import os
import re
import socket
import sys
import time
import xmlrpc.client

sys.path.insert(0, '/usr/lib/python3/dist-packages')
from supervisor.xmlrpc import SupervisorTransport

SOCKET, FOLDER = sys.argv[1:]
ANSWERS = []
TIMES = {'start', 'stop', 'now', 'pid'}


def proxy():
    transport = SupervisorTransport(None, None, serverurl='unix://' + SOCKET)
    return xmlrpc.client.ServerProxy('http://127.0.0.1', transport=transport)


SERVER = proxy()


def tidy_text(text):
    text = text.replace(FOLDER, 'FOLDER')
    text = re.sub(r'pid \d+', 'pid N', text)
    text = re.sub(r'uptime [\d:]+', 'uptime T', text)
    return re.sub(r'[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M', 'DATE', text)


def plain(struct):
    return [[key, struct[key]] for key in struct]


def tidy(value):
    if isinstance(value, str):
        return tidy_text(value)
    if isinstance(value, list) and value and all(isinstance(one, dict) and 'status' in one for one in value):
        # They come as they are done, and which is done first is chance.
        return sorted(map(plain, value))
    if isinstance(value, list):
        return [tidy(one) for one in value]
    if isinstance(value, dict):
        return [[key, bool(member) if key in TIMES else tidy(member)] for key, member in value.items()]
    return value


def outcome(function, *args):
    try:
        return tidy(function(*args))
    except xmlrpc.client.Fault as fault:
        return {'fault': fault.faultCode, 'text': tidy_text(fault.faultString)}
    except xmlrpc.client.ProtocolError as error:
        return {'http': error.errcode}
    except Exception as error:
        return {'error': type(error).__name__}


def method(name):
    target = SERVER
    for part in name.split('.'):
        target = getattr(target, part)
    return target


def ask(name, *args, title=None):
    """One question about `supervisor.NAME`, or `system.NAME`."""
    full = name if '.' in name else 'supervisor.' + name
    shown = title or '%s(%s)' % (name, ', '.join(map(repr, args)))
    ANSWERS.append([shown, outcome(method(full), *args)])


def state_of(name):
    return SERVER.supervisor.getProcessInfo(name)['statename']


def wait_for(name, *states):
    deadline = time.time() + 20
    while state_of(name) not in states:
        if time.time() > deadline:
            raise SystemExit('%s is %s, not %s' % (name, state_of(name), states))
        time.sleep(0.02)


def wait_for_log(name, text):
    deadline = time.time() + 20
    while text not in SERVER.supervisor.readProcessStdoutLog(name, 0, 0):
        if time.time() > deadline:
            raise SystemExit('%s has not written %r' % (name, text))
        time.sleep(0.02)


# An answer may be late on a busy machine. Only after the last one is there a silence, and it is short.
PATIENCE = 20
SILENCE = 2


class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def web(verb, path, body=None, headers={}, patience=PATIENCE):
    connection = Connection('localhost', timeout=patience)
    try:
        connection.request(verb, path, body, headers)
        response = connection.getresponse()
        status = response.status
        text = response.read().decode() if response.getheader('Content-Length') else None
        answer = {'status': status, 'type': response.getheader('Content-Type')}
        if text is not None and status == 200:
            answer['body'] = tidy_text(text)
    except Exception as error:
        answer = {'error': type(error).__name__}
    connection.close()
    ANSWERS.append(['%s %s %r' % (verb, path, headers), answer])


def raw(title, *requests):
    """Sends bytes as they are, and notes the status lines, the bodies and whether the server hangs up."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    connection.connect(SOCKET)
    received = b''
    try:
        connection.sendall(b''.join(requests))
        while True:
            more = connection.recv(65536)
            if not more:
                ending = 'closed'
                break
            received += more
            if received.count(b'HTTP/1.') >= len(requests):
                connection.settimeout(SILENCE)
    except (TimeoutError, ConnectionError) as error:
        ending = 'open' if isinstance(error, TimeoutError) else 'closed'
    connection.close()
    # Ours names the version that it speaks, 1.1, also to a client of 1.0 (RFC 9110, 6.2).
    statuses = re.findall(rb'HTTP/1\.[01] (\d+ [A-Za-z ]+)', received)
    bodies = re.findall(rb'<methodResponse>.*?</methodResponse>', received, re.DOTALL)
    ANSWERS.append([title, [[one.decode() for one in statuses], [one.decode() for one in bodies], ending]])


def about_the_whole():
    for name in ('cat', 'talker', 'binary', 'coloured', 'deaf', 'g:ga', 'g:gb', 'g:ignorer'):
        wait_for(name, 'RUNNING')
    for name in ('getAPIVersion', 'getVersion', 'getIdentification', 'getState'):
        ask(name)
    ANSWERS.append(['getPID is a number', isinstance(SERVER.supervisor.getPID(), int)])
    ask('system.listMethods')
    for name in SERVER.system.listMethods():
        ask('system.methodSignature', name)
    ask('system.methodSignature', 'supervisor.nothing')
    ask('system.methodHelp', 'supervisor.nothing')
    ask('getAllConfigInfo')
    ask('getAllProcessInfo')


def about_names():
    for name in ('nobody', 'g:nobody', 'nobody:*', 'g', 'ga', '', ':', 'g:*', 'g:', 'cat:cat', 'cat:', 'g:ga:x'):
        ask('getProcessInfo', name)
    for name in ('nobody', '', 'nobody:*'):
        ask('startProcess', name)
        ask('stopProcess', name)
        ask('signalProcess', name, 'HUP')
        ask('startProcessGroup', name)
        ask('stopProcessGroup', name)
        ask('signalProcessGroup', name, 'HUP')
        ask('clearProcessLogs', name)
        ask('sendProcessStdin', name, 'x')
        ask('readProcessStdoutLog', name, 0, 0)
        ask('tailProcessStdoutLog', name, 0, 0)
        ask('addProcessGroup', name)
        ask('removeProcessGroup', name)


def about_methods():
    for name in ('supervisor.nothing', 'supervisor._update', 'supervisor.__init__', 'system.namespaces', 'nothing',
                 'supervisor.supervisord.options.execve', 'supervisor.a.b', 'supervisor.supervisord', 'a.b'):
        ask(name if '.' in name else name)
    ask('getState', 1)
    ask('startProcess')
    ask('startProcess', 'cat', True, 1)
    ask('readLog', 0)


def is_asked_in_backoff(name):
    """Asks a process in BACKOFF, and stops it. Takes the answers back when it was respawned before the last of them."""
    if state_of(name) == 'STOPPED':
        SERVER.supervisor.startProcess(name, False)
    wait_for(name, 'BACKOFF')
    before = SERVER.supervisor.getProcessInfo(name)
    mark = len(ANSWERS)
    ask('getProcessInfo', name)
    ask('startProcess', name)
    ask('signalProcess', name, 'HUP')
    ask('stopProcess', name)
    after = SERVER.supervisor.getProcessInfo(name)
    # A try begins a second or more after the one before it, so whole seconds tell them apart.
    if before['statename'] == 'BACKOFF' and before['start'] == after['start']:
        return True
    del ANSWERS[mark:]
    return False


def about_starts():
    for name in ('cat', 'nofile', 'notexec', 'folder', 'badquote', 'quick'):
        ask('startProcess', name)
        # supervisord answers while it is still in BACKOFF, or later.
        if name == 'quick':
            wait_for(name, 'FATAL')
        ask('getProcessInfo', name)
    # Whoever waits for its start may hear that it has ended, or not.
    ask('startProcess', 'once', False)
    wait_for('once', 'EXITED')
    ask('getProcessInfo', 'once')
    ask('startProcess', 'spare', False)
    wait_for('spare', 'RUNNING')
    ask('startProcess', 'spare', False)
    ask('stopProcess', 'spare')
    ask('getProcessInfo', 'spare')
    ask('stopProcess', 'spare')
    ask('stopProcess', 'quick')
    ask('startProcess', 'spare', 0)
    wait_for('spare', 'RUNNING')
    ask('stopProcess', 'spare', False)
    wait_for('spare', 'STOPPED')
    ask('stopProcess', 'once')
    ask('startProcess', 'flaky')
    while not is_asked_in_backoff('flaky'):
        pass
    ask('getProcessInfo', 'flaky')
    ask('startProcess', 'slow', False)
    ask('stopProcess', 'slow')
    ask('getProcessInfo', 'slow')


def about_groups():
    ask('stopProcessGroup', 'g')
    ask('stopProcessGroup', 'g')
    ask('startProcessGroup', 'g')
    ask('startProcessGroup', 'g')
    ask('stopProcess', 'g:*')
    ask('startProcess', 'g:')
    ask('stopProcess', 'g:ga')
    ask('startProcess', 'g:*')
    ask('startProcessGroup', 'bad')


def about_signals():
    for name in ('HUP', 'SIGCHLD', '18', 18, 0, 'sigcont'):
        ask('signalProcess', 'cat' if name not in ('HUP',) else 'g:ignorer', name)
    for name in ('BOGUS', '', '99', -1):
        ask('signalProcess', 'cat', name)
    ask('signalProcess', 'spare', 'CONT')
    ask('signalProcess', 'g:*', 'CONT')
    ask('signalProcessGroup', 'g', 'BOGUS')
    ask('signalAllProcesses', 'CONT')


def about_logs():
    wait_for_log('talker', '9')
    offsets = [(0, 0), (2, 0), (2, 3), (0, 100), (100, 0), (-3, 0), (-100, 0), (-3, 2), (0, -1), ('0', '4'), (1.7, 2.9)]
    for offset, length in offsets:
        ask('readProcessStdoutLog', 'talker', offset, length)
    for offset, length in [(0, 0), (0, 5), (0, 10), (3, 4), (3, 100), (5, 5), (10, 5), (100, 5), (-3, 5), (0, -5)]:
        ask('tailProcessStdoutLog', 'talker', offset, length)
    ask('readProcessLog', 'talker', 0, 0)
    ask('tailProcessLog', 'talker', 0, 100)
    ask('readProcessStderrLog', 'talker', 0, 0)
    ask('readProcessStderrLog', 'cat', 0, 0)
    ask('tailProcessStderrLog', 'cat', 0, 0)
    ask('readProcessStdoutLog', 'g:*', 0, 0)
    ask('clearProcessLogs', 'talker')
    ask('readProcessStdoutLog', 'talker', 0, 0)
    ask('clearProcessLog', 'cat')
    ask('clearProcessLogs', 'g:*')
    ask('clearAllProcessLogs')
    ask('readLog', 0, -1)
    ask('readMainLog', -3, 2)
    ANSWERS.append(['readLog has text', 'spawned' in SERVER.supervisor.readLog(0, 0)])
    ask('clearLog')
    ANSWERS.append(['the log is short', len(SERVER.supervisor.readLog(0, 0)) < 300])


def about_stdin():
    ask('sendProcessStdin', 'cat', 'grüße\n')
    wait_for_log('cat', 'grüße\n')
    ask('readProcessStdoutLog', 'cat', 0, 0)
    ask('sendProcessStdin', 'cat', xmlrpc.client.Binary(b'base64\n'), title='sendProcessStdin of base64')
    wait_for_log('cat', 'base64\n')
    ask('sendProcessStdin', 'spare', 'x')
    ask('sendProcessStdin', 'cat', 5)
    ask('sendProcessStdin', 'g:*', 'x')
    ask('sendRemoteCommEvent', 'type', 'data')
    ask('sendRemoteCommEvent', 5, True)


def about_multicall():
    calls = [('supervisor.getVersion', []), ('supervisor.stopProcess', ['cat']), ('supervisor.startProcess', ['cat']),
             ('supervisor.nothing', []), ('system.multicall', [[]]), ('supervisor.getProcessInfo', ['nobody']),
             ('supervisor.startProcess', ['quick']), ('supervisor.getState', [])]
    structs = [{'methodName': name, 'params': params} for name, params in calls]
    ask('system.multicall', structs + [{}, {'methodName': 'supervisor.getIdentification'}], title='multicall')
    ask('system.multicall', [])


def about_configuration():
    ask('reloadConfig')
    path = FOLDER + '/s.conf'
    with open(path) as file:
        text = file.read()

    def write(changed):
        with open(path, 'w') as file:
            file.write(changed)

    write(text.replace('[program:once]', '[program:twice]').replace('/bin/sleep 1002', '/bin/sleep 1003'))
    ask('reloadConfig', title='reloadConfig after changes')
    ask('getAllConfigInfo', title='getAllConfigInfo after changes')
    ask('addProcessGroup', 'twice')
    ask('addProcessGroup', 'twice')
    wait_for('twice', 'STOPPED')
    ask('removeProcessGroup', 'cat')
    ask('removeProcessGroup', 'once')
    ask('removeProcessGroup', 'once')
    ask('addProcessGroup', 'once')
    ask('reloadConfig', title='reloadConfig in between')
    ask('stopProcessGroup', 'g')
    ask('removeProcessGroup', 'g')
    ask('addProcessGroup', 'g')
    wait_for('g:ga', 'RUNNING')
    wait_for('g:gb', 'RUNNING')
    wait_for('g:ignorer', 'RUNNING')
    ask('reloadConfig', title='reloadConfig at the end')
    write(text + '[program:broken]\n')
    ask('reloadConfig', title='reloadConfig of a broken file')
    write(text)
    ask('getAllProcessInfo', title='getAllProcessInfo at the end')


def about_http():
    xml = {'Content-Type': 'text/xml'}
    call = '<?xml version="1.0"?><methodCall><methodName>%s</methodName>%s</methodCall>'
    web('POST', '/RPC2', call % ('supervisor.getVersion', ''), xml)
    web('POST', '/RPC2', call % ('supervisor.getVersion', '<params/>'), xml)
    web('POST', '/RPC2foo', call % ('supervisor.getVersion', ''), xml)
    web('POST', '/RPC2', call % ('system.methodSignature', '<params><param><value>x</value></param></params>'), xml)
    web('POST', '/RPC2', call % ('supervisor.getProcessInfo', '<params><param><value>no&lt;body</value></param></params>'))
    web('POST', '/RPC2', call % ('', ''), xml)
    web('POST', '/RPC2', 'foo', xml)
    web('POST', '/RPC2', '<a/>', xml)
    for path in ('/logtail/nobody', '/logtail/g:*', '/logtail/cat/both', '/logtail/cat/stderr', '/nothing', '/../x'):
        web('GET', path)


def about_connections():
    body = b'<methodCall><methodName>supervisor.getVersion</methodName></methodCall>'

    def post(headers='', version='1.1', content=body, length='Content-Length: %d\r\n'):
        size = length % len(content) if '%' in length else length
        return ('POST /RPC2 HTTP/%s\r\nHost: x\r\n%s%s\r\n' % (version, headers, size)).encode() + content

    raw('a connection is kept', post())
    raw('a connection is closed when asked', post('Connection: close\r\n'))
    raw('HTTP/1.0 closes', post(version='1.0'))
    raw('HTTP/1.0 keeps a connection when asked', post('Connection: Keep-Alive\r\n', '1.0'))
    raw('requests one after the other', post(), post(), post('Connection: close\r\n'))
    raw('a header in other letters', post(length='CONTENT-LENGTH: %d\r\n'))
    raw('no length', post(length='', content=b''))
    raw('differs: a document type', post('Connection: close\r\n', content=b'<!DOCTYPE a [<!ENTITY e "x">]>' + body))


def about_values():
    """What of a value arrives is seen in the fault that names it."""
    call = '<methodCall><methodName>supervisor.getProcessInfo</methodName><params><param>%s</param></params></methodCall>'
    for value in ('<value>plain</value>', '<value> two words </value>', '<value><string> s </string></value>',
                  '<value><string></string></value>', '<value></value>', '<value><base64>bm9ib2R5</base64></value>',
                  '<value><string>&lt;&#233;&gt;</string></value>', '<value><string><![CDATA[<c>]]></string></value>',
                  '<value>\n<string>lines</string>\n</value>', '<value><!-- c -->x</value>'):
        web('POST', '/RPC2', call % value, {'X-Value': value})
    call = '<?xml version="1.0"?>%s<params/></methodCall>'
    for name in (' supervisor.getVersion ', 'supervisor.getVersion\n', 'supervisor. getVersion', '.', 'supervisor.'):
        web('POST', '/RPC2', call % ('<methodCall><methodName>%s</methodName>' % name), {'X-Name': repr(name)})
    web('POST', '/RPC2', '<call><methodName>supervisor.getVersion</methodName></call>')


def about_order():
    """Which of two mistakes is named."""
    ask('signalProcess', 'nobody', 'BOGUS')
    ask('signalProcess', 'quick', 'BOGUS')
    ask('signalProcess', 'g:*', 'BOGUS')
    ask('signalProcessGroup', 'nobody', 'BOGUS')
    ask('signalAllProcesses', 'BOGUS')
    ask('sendProcessStdin', 'nobody', 5)
    ask('sendProcessStdin', 'quick', 5)
    ask('sendProcessStdin', 'quick', '')
    ask('readProcessStdoutLog', 'nobody', 0, -1)
    ask('readProcessStdoutLog', 'deaf', 0, -1)
    ask('readProcessStdoutLog', 'deaf', -1, 1)
    ask('tailProcessStdoutLog', 'deaf', 0, 1)
    ask('clearProcessLogs', 'deaf')
    ask('startProcess', 'nobody:', True)
    ask('startProcess', 'g:nobody', True)


def about_all():
    ask('stopAllProcesses')
    ask('stopAllProcesses')
    ask('signalAllProcesses', 'CONT')
    ask('startProcessGroup', 'cat', False)
    wait_for('cat', 'RUNNING')
    ask('startProcessGroup', 'g', False)
    wait_for('g:ignorer', 'RUNNING')
    ask('stopProcessGroup', 'g', False)
    wait_for('g:ga', 'STOPPED')
    wait_for('g:gb', 'STOPPED')
    wait_for('g:ignorer', 'STOPPED')
    ask('stopAllProcesses', False)
    wait_for('cat', 'STOPPED')
    ask('getAllProcessInfo', title='getAllProcessInfo when all is stopped')


def about_lost_logs():
    for name in ('talker.log', 'main.log'):
        os.unlink(FOLDER + '/' + name)
    ask('readProcessStdoutLog', 'talker', 0, 0, title='readProcessStdoutLog of a file that is gone')
    ask('tailProcessStdoutLog', 'talker', 0, 10, title='tailProcessStdoutLog of a file that is gone')
    ask('clearProcessLogs', 'talker', title='clearProcessLogs of a file that is gone')
    ask('readLog', 0, 0, title='readLog of a file that is gone')
    ask('clearLog', title='clearLog of a file that is gone')


def about_shutdown():
    ask('startProcess', 'stubborn')
    ask('stopProcess', 'stubborn', False)
    ask('startProcess', 'stubborn')
    ask('stopProcess', 'stubborn')
    ask('sendProcessStdin', 'stubborn', 'x')
    ask('signalProcess', 'stubborn', 'CONT')
    ask('getProcessInfo', 'stubborn')
    ask('shutdown')
    for name in ('getVersion', 'getPID', 'getAllProcessInfo', 'shutdown', 'restart', 'reloadConfig', 'stopAllProcesses'):
        ask(name, title=name + ' during the shutdown')
    ask('startProcess', 'cat', title='startProcess during the shutdown')
    ask('sendRemoteCommEvent', 'a', 'b', title='sendRemoteCommEvent during the shutdown')
    ask('system.methodSignature', 'supervisor.getState', title='methodSignature during the shutdown')
    ANSWERS.append(['differs: getState during the shutdown', outcome(SERVER.supervisor.getState)])


def differences():
    """Where ours answers on purpose in another way."""
    def differ(name, *args, title=None):
        ask(name, *args, title='differs: %s' % (title or name))
    differ('startProcess', 5, title='a name that is a number')
    differ('readLog', 'x', 0, title='an offset that is a word')
    differ('readProcessStdoutLog', 'binary', 0, 0, title='a log that is no UTF-8')
    differ('readProcessStdoutLog', 'coloured', 0, 0, title='a log with control characters')
    ask('sendProcessStdin', 'deaf', 'x' * 100000, title='as much as a pipe takes, and more')
    differ('sendProcessStdin', 'deaf', 'x', title='what a full pipe does not take')
    differ('system.multicall', ['x'], title='a multicall of no structs')
    differ('system.methodHelp', 'supervisor.getState', title='the words of the help')
    differ('getSupervisorVersion')
    web('GET', '/RPC2')
    web('GET', '/logtail')
    web('POST', '/mainlogtail', '')
    # supervisord never answers this one.
    web('POST', '/RPC2', '', {'Content-Length': '0'}, patience=5)
    web('POST', '/RPC2', None, {'Content-Length': 'x'})
    for row in ANSWERS[-5:]:
        row[0] = 'differs: ' + row[0]


for part in (about_the_whole, about_names, about_methods, about_starts, about_groups, about_signals, about_stdin,
             differences, about_logs, about_multicall, about_configuration, about_http,
             about_connections, about_values, about_order, about_all, about_lost_logs, about_shutdown):
    SERVER('close')()
    part()
json.dump(ANSWERS, sys.stdout)
