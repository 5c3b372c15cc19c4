"""The ends of a command: its output, its one line for an error, its exit code.

    from data.console import fail, help_first, leave, reason, say
    say("text")                      # to standard output; OSError if it cannot be written
    return fail("report", 2, why)    # one line to standard error; returns 2
    help_first("report", __doc__)    # prints the text and exits if help is wanted, before imports that may fail
    leave("report", main)            # calls main(arguments) and exits with what it returns, or argparse has chosen

Output that cannot be written (a full device, a closed pipe) ends with exit code 7 and one line. Ctrl-C ends
the process by SIGINT, as it ends any other command. Neither shows a traceback.
"""

import os
import signal
import sys

CANNOT_WRITE = 7


def say(text):
    """Writes a line to standard output at once, replacing what the terminal's encoding lacks."""
    if sys.stdout is None:
        raise OSError("standard output is closed")
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def fail(name, code, why):
    """Writes 'name: why' in one line to standard error, if that can be written; returns the code."""
    line = " ".join(("%s: %s" % (name, why)).split())
    try:
        if sys.stderr is not None:
            encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
            sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + "\n")
            sys.stderr.flush()
    except OSError:
        pass  # the exit code is all that is left
    return code


def reason(why):
    """Returns an OSError in words: 'No space left on device: plots/x.svg'."""
    words = why.strerror or str(why)
    return "%s: %s" % (words, why.filename) if why.filename else words


def abandon_output():
    """Points standard output and error at /dev/null: the flush at exit would fail once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(null, number)


def help_first(name, text):
    """Exits after printing the text if an argument asks for help: what the lines after this import may be missing.

    Until leave() Ctrl-C ends the process without a traceback: the imports take a second.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if any(word in ("-h", "--help") for word in sys.argv[1:]):
        leave(name, lambda _: say(text.rstrip()) or 0)


def leave(name, main):
    """Exits with main(arguments); with 7 if the output cannot be written."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # so that what was begun is cleared away
    try:
        try:
            code = main(sys.argv[1:])
        except SystemExit as end:  # argparse's, whose help may not be written yet
            code = end.code
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        raise
    except OSError as why:
        code = fail(name, CANNOT_WRITE, "cannot write: %s" % reason(why))
    abandon_output()
    sys.exit(code)
