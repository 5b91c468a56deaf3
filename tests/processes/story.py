"""A process test told as a story: a federation founded for it, part after part, and the first thing that is not as promised."""
import argparse
import pathlib
import shutil
import tempfile

from federation import Federation


def tell(doc, name, agencies, story, parts, quorum=False):
    """The program's exit code. `story` is made of the federation and an empty folder of its own; `parts` are its methods, by name."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin", help="folder of the programs")
    options = parser.parse_args()
    base = pathlib.Path(tempfile.mkdtemp(prefix=f"entente-{name}-"))
    federation = Federation(options.bin, base / "demo", agencies, quorum)
    federation.found()
    (base / "own").mkdir()
    told = story(federation, base / "own")
    try:
        for part in parts:
            print(f"{name}: {part.replace('_', ' ')}", flush=True)
            getattr(told, part)()
    except AssertionError as error:
        print(f"{name}: NOT AS PROMISED: {error}\nwhat is left to look at: {base}")
        return 1
    finally:
        federation.stop()
    shutil.rmtree(base)
    print(f"{name}: all as promised")
    return 0
