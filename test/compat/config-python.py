"""Answers questions about Python's and Supervisor's parsing: JSON [[kind, input], ...] on stdin, JSON answers on stdout."""
import io
import json
import os
import shlex
import sys
import warnings

warnings.simplefilter("ignore")
os.getuid = lambda: 0

from supervisor.datatypes import byte_size, dict_of_key_value_pairs, inet_address, integer, list_of_exitcodes, octal_type
from supervisor.options import ServerOptions, UnhosedConfigParser, expand

NAMES = {"here": "/etc", "n": 7, "zero": 0, "minus": -12, "big": 123456, "name": "web", "ENV_A": "it's %d", "ENV_E": ""}


class Usage(Exception):
    pass


def usage(self, message):
    raise Usage(str(message))


ServerOptions.usage = usage


def ini(text):
    parser = UnhosedConfigParser()
    parser.expansions = {}
    parser.read_file(io.StringIO(text, newline=None), "file")
    sections = {name: dict(parser._sections[name]) for name in parser._sections}
    return [sections, dict(parser._defaults)]


def command_line(argv):
    options = ServerOptions()
    ran = []
    options.help = lambda _: ran.append("help")
    options.options_map["-h"] = options.options_map["-?"] = options.options_map["--help"] = (None, options.help)
    options.options_map["-v"] = options.options_map["--version"] = (None, lambda _: ran.append("version"))
    options.process_config = lambda *_: None
    options.default_configfile = lambda: None
    try:
        super(ServerOptions, options).realize(argv, doc="", progname="x")
    except Usage as why:
        return ran[0] if ran else "usage: %s" % why
    return ran[0] if ran else "supervise"


KINDS = {
    "ini": ini,
    "words": shlex.split,
    "environment": dict_of_key_value_pairs,
    "expand": lambda text: expand(text, NAMES, "where"),
    "repr": repr,
    "integer": integer,
    "bytes": byte_size,
    "octal": octal_type,
    "exitcodes": list_of_exitcodes,
    "address": lambda text: list(inet_address(text)),
    "commandline": command_line,
}


def answer(kind, question):
    try:
        return {"value": KINDS[kind](question)}
    except Exception as why:
        return {"error": str(why)}


print(json.dumps([answer(kind, question) for kind, question in json.load(sys.stdin)]))
