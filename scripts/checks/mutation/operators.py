"""Finds the small mistakes that a line of a protocol could have.

    for mutant in mutants_of("primitives/gilfree/detail/lock/mutex.h", text):
        write(mutant.file, mutant.applied_to(text))

A mutant is one mistake in one place: a wake-up, a repair, a store, an unlock or another call left out, a store made one
statement later, a fence left out, an order weakened, a comparison or condition turned round, a number off by one. They are
found by the shape of a line, not by parsing C++; what does not compile is no mutant, and the compiler says so.
"""

import collections
import dataclasses
import hashlib
import re


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str
    line: int  # of the first line that changes, from 1
    kind: str
    before: tuple  # the lines as they are
    after: tuple  # as many
    name: str  # stays while the lines stay, wherever they move

    def applied_to(self, text):
        lines = text.split("\n")
        at = self.line - 1
        if tuple(lines[at:at + len(self.before)]) != self.before:
            raise ValueError("%s:%d is another line now" % (self.file, self.line))
        lines[at:at + len(self.before)] = self.after
        return "\n".join(lines)


# A statement that is one call, perhaps with its result thrown away.
CALL = re.compile(r"^(?:\(void\)\s*)?(?:[\w:<>]+(?:\(\))?(?:\.|->))*(?:template )?(\w+)(?:<[^;()]*>)?\(.*\);$")
# What a call left out is called, by the name of the function; the first that matches.
CALLS = (("fence left out", r"fence|membarrier"),
         ("wake-up left out", r"notify|wake|request_attention"),
         ("repair left out", r"repair|recover|revoke|release_dead|take_back"),
         ("store left out", r"^(store|exchange|fetch_\w+|compare_exchange_\w+|write\w*)$"),
         ("unlock left out", r"unlock|leave"),
         ("call left out", r""))
NO_CALLS = {"return", "throw", "if", "while", "for", "switch", "static_assert", "sizeof", "assert"}
# (kind, what is found, what stands there instead)
CHANGES = (
    ("order weakened", r"std::memory_order_(?:release|acquire|acq_rel|seq_cst)", "std::memory_order_relaxed"),
    ("comparison turned round", r"(?<=\s)==(?=\s)", "!="),
    ("comparison turned round", r"(?<=\s)!=(?=\s)", "=="),
    ("comparison off by one", r"(?<=\s)<(?=\s)", "<="),
    ("comparison off by one", r"(?<=\s)<=(?=\s)", "<"),
    ("comparison off by one", r"(?<=\s)>(?=\s)", ">="),
    ("comparison off by one", r"(?<=\s)>=(?=\s)", ">"),
    ("and for or", r"(?<=\s)&&(?=\s)", "||"),
    ("and for or", r"(?<=\s)\|\|(?=\s)", "&&"),
    ("condition negated", r"(?<=[\s(])!(?=[\w(:])", ""),
    ("number off by one", r"(?<=[\s,(])1(?=[,;)\s])", "2"),
    ("number off by one", r"(?<=[+-] )1\b", "0"),
    ("answer turned round", r"\breturn true;", "return false;"),
    ("answer turned round", r"\breturn false;", "return true;"),
)
ASSIGNMENT = re.compile(r"^[\w.>()\[\]-]+(?:\.|->)?\w*_? [|&+-]?= [^;]*;$")
# Lines that say what there is, not what is done.
DECLARES = re.compile(r"^(#|using |template|static_assert|friend |namespace |public:|private:|protected:|class |struct |enum |"
                      r"static constexpr|constexpr |explicit |requires |\[\[nodiscard\]\] (bool|auto)|alignas)")


def code_of(line):
    """The line without its comment and indentation."""
    return re.sub(r"//.*", "", line).strip()


def kind_of_call(name):
    return next(kind for kind, pattern in CALLS if re.search(pattern, name))


def left_out(line):
    """The line with its statement left out, indented as before."""
    return line[:len(line) - len(line.lstrip())] + "(void)0;"


def is_statement(code, above):
    """Whether this line is a whole statement: it ends as one, and the line above ends what came before."""
    return code.endswith(";") and (above == "" or above.endswith((";", "{", "}", ":", ")", "else", "[[unlikely]]", "[[likely]]")))


def moved(lines, at, code, above):
    """(kind, after) of the store in this line made one statement later; None if the next line is no statement."""
    if at + 1 >= len(lines) or not re.search(r"\.store\(|notify|commit", code) or not is_statement(code, above):
        return None
    following = code_of(lines[at + 1])
    same_depth = len(lines[at]) - len(lines[at].lstrip()) == len(lines[at + 1]) - len(lines[at + 1].lstrip())
    if not same_depth or not following.endswith(";") or DECLARES.match(following) or following.startswith("return"):
        return None
    return "commit moved", (lines[at + 1], lines[at])


def mistakes_in(lines, at, above):
    """Yields (kind, lines after) of the mistakes that this line could have."""
    line, code = lines[at], code_of(lines[at])
    if is_statement(code, above):
        call = CALL.match(code)
        if call and call.group(1) not in NO_CALLS:
            yield kind_of_call(call.group(1)), (left_out(line),)
        elif ASSIGNMENT.match(code):
            yield "store left out", (left_out(line),)
    swapped = moved(lines, at, code, above)
    if swapped:
        yield swapped
    end = len(line.split("//")[0])
    for kind, found, instead in CHANGES:
        for place in re.finditer(found, line[:end]):
            yield kind, (line[:place.start()] + instead + line[place.end():],)


def mutants_of(file, text):
    """All mutants of a file, in the order of its lines."""
    lines, seen, mutants, above = text.split("\n"), collections.Counter(), [], ""
    for at, line in enumerate(lines):
        code = code_of(line)
        if not code:
            continue
        if not DECLARES.match(code):
            for kind, after in mistakes_in(lines, at, above):
                before = tuple(lines[at:at + len(after)])
                key = "\n".join((file, kind, *before, *after))
                seen[key] += 1
                name = hashlib.sha1(("%s\n%d" % (key, seen[key])).encode()).hexdigest()[:8]
                mutants.append(Mutant(file, at + 1, kind, before, after, name))
        above = code
    return mutants
