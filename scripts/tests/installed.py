"""What the tests of an installation share: how a foreign project is configured, built and run.

GILFREE_BUILD is the build folder that is installed, CXX the compiler of the foreign projects.
"""

import os
import subprocess

import support

FOREIGN = os.path.join(support.HERE, "foreign")
BUILD = os.environ.get("GILFREE_BUILD", os.path.join(support.ROOT, "build", "release"))
COMPILER = os.environ.get("CXX", "c++")
SAID = "0.1 process thread 49\n"  # by each foreign program


def run(*command, **environment):
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError("%s\n%s%s" % (" ".join(command), done.stdout, done.stderr))
    return done.stdout


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def configure(source, build, *options):
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
        "-DCMAKE_CXX_COMPILER=" + COMPILER, *options)
