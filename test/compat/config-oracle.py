"""Reads configurations with Debian's Supervisor and prints, as JSON, what it makes of each.

usage: config-oracle.py FILE...   (in the directory of the files)
"""
import json
import os
import platform
import sys
import warnings

# What the answers depend on beside the files is the same on every machine.
os.getuid = lambda: 0
platform.node = lambda: "testhost"
warnings.simplefilter("ignore")

from supervisor.datatypes import Automatic, RestartUnconditionally, RestartWhenExitUnexpected
from supervisor.events import EventTypes
from supervisor.options import EventListenerPoolConfig, FastCGIGroupConfig, ServerOptions


class Refused(Exception):
    pass


def refuse(self, message):
    raise Refused(str(message))


ServerOptions.usage = refuse

PROCESS = (
    "name command directory umask priority autostart startsecs startretries uid "
    "stdout_capture_maxbytes stdout_events_enabled stdout_logfile_backups stdout_logfile_maxbytes stdout_syslog "
    "stderr_capture_maxbytes stderr_events_enabled stderr_logfile_backups stderr_logfile_maxbytes stderr_syslog "
    "stopsignal stopwaitsecs stopasgroup killasgroup exitcodes redirect_stderr environment serverurl"
).split()
SUPERVISORD = (
    "minfds minprocs umask logfile_maxbytes logfile_backups loglevel identifier silent nocleanup strip_ansi environment"
).split()
RESTART = {RestartUnconditionally: "always", RestartWhenExitUnexpected: "unexpected", False: "never"}


def logfile(value):
    if value is Automatic:
        return "AUTO"
    return "NONE" if value is None else value


def process(config):
    values = {name: getattr(config, name) for name in PROCESS}
    values["stopsignal"] = int(config.stopsignal)
    values["autorestart"] = RESTART[config.autorestart]
    values["stdout_logfile"] = logfile(config.stdout_logfile)
    values["stderr_logfile"] = logfile(config.stderr_logfile)
    return values


def event_names(events):
    known = {value: name for name, value in vars(EventTypes).items() if not name.startswith("_")}
    return sorted(known[event] for event in events)


def group(config):
    values = {"name": config.name, "priority": config.priority}
    values["processes"] = [process(one) for one in config.process_configs]
    if isinstance(config, EventListenerPoolConfig):
        values["buffer_size"] = config.buffer_size
        values["events"] = event_names(config.pool_events)
    if isinstance(config, FastCGIGroupConfig):
        socket = config.socket_config
        values["socket"] = [socket.url, socket.get_backlog()]
        if socket.url.startswith("unix:"):
            values["socket"] += [socket.get_mode(), list(socket.get_owner() or [])]
    return values


def server(config):
    names = ("section", "username", "password", "file", "chmod", "chown", "host", "port")
    return {name: config[name] for name in names if name in config}


def read(path):
    options = ServerOptions()
    try:
        options.realize(["-c", path], doc="", progname="supervisord")
    except Refused as why:
        return {"error": str(why)}
    except Exception as why:
        return {"error": "%s: %s" % (type(why).__name__, why)}
    section = options.configroot.supervisord
    return {
        "supervisord": {name: getattr(section, name) for name in SUPERVISORD},
        "groups": [group(one) for one in options.process_group_configs],
        "servers": [server(one) for one in options.server_configs],
        "serverurl": options.serverurl,
        "interfaces": [[name, extras] for name, _, extras in options.rpcinterface_factories],
        "messages": [["WARN", text] for text in options.parse_warnings]
        + [["INFO", text] for text in options.parse_infos],
    }


print(json.dumps({path: read(path) for path in sys.argv[1:]}, indent=1, sort_keys=True))
