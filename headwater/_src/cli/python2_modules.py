"""Modules of Python 2's standard library by their old names, and what moved between modules."""

import builtins
import functools
import importlib
import itertools
import operator
import os
import string
import sys
import types

from headwater._src.compatibility.modules import Place, Tree

# old name -> the modules that have its names now
_MODULES = {
    "__builtin__": "builtins",
    "anydbm": "dbm",
    "BaseHTTPServer": "http.server",
    "commands": "subprocess",
    "ConfigParser": "configparser",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "cPickle": "headwater._src.cli.python2_pickle",
    "cStringIO": "io",
    "exceptions": "builtins",
    "HTMLParser": "html.parser html",
    "httplib": "http.client",
    "md5": "hashlib",
    "Queue": "queue",
    "sha": "hashlib",
    "SimpleHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "thread": "_thread",
    "Tkinter": "tkinter",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "urllib2": "urllib.request urllib.error urllib.parse",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}


def trees():
    """Finders for the old names of modules."""
    return [Tree(name, functools.partial(_locate, new)) for name, new in _MODULES.items()]


def _locate(sources, path):
    return None if path else Place(tuple(sources.split()))


def attributes():
    """`(module, name, value)` of names that were in another module, or had another name."""
    for name in ("map", "filter", "zip"):
        yield itertools, f"i{name}", getattr(builtins, name)
    yield itertools, "izip_longest", itertools.zip_longest
    yield itertools, "ifilterfalse", itertools.filterfalse
    yield operator, "div", operator.floordiv
    yield operator, "isCallable", callable
    yield os, "getcwdu", os.getcwd
    yield sys, "maxint", sys.maxsize
    yield sys, "setdefaultencoding", lambda name: None
    for name in ("letters", "lowercase", "uppercase"):
        yield string, name, getattr(string, f"ascii_{name}")
    yield string, "maketrans", str.maketrans
    for name in "lower upper split strip lstrip rstrip replace find count zfill".split():
        yield string, name, getattr(str, name)
    yield string, "join", lambda words, sep=" ": sep.join(words)
    yield from ((string, "atoi", int), (string, "atof", float))
    named = dict(String=str, Unicode=str, Int=int, Long=int, Float=float, Boolean=bool)
    named.update(List=list, Dict=dict, Tuple=tuple, None_=type(None), Object=object, Type=type)
    for name, value in named.items():
        yield types, f"{name.rstrip('_')}Type", value
    yield types, "StringTypes", (str,)
    urllib = importlib.import_module("urllib")
    for source, names in {
        "urllib.request": "urlopen urlretrieve URLopener pathname2url url2pathname",
        "urllib.parse": "quote quote_plus unquote unquote_plus urlencode",
    }.items():
        for name in names.split():
            yield urllib, name, _late(source, name)


def _late(source, name):
    """A function of a module that is only imported when it is called."""
    return lambda *args, **kwargs: getattr(importlib.import_module(source), name)(*args, **kwargs)
