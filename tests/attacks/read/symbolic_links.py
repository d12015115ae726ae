WHAT = "Links to files of the machine are left in the folder, and one is handed over as if it were a file."
FIRST = """
import os

os.symlink("HOST_FILE", "link.txt")
os.symlink("/", "everything")
os.makedirs("folder")
os.symlink("/proc/self/environ", "folder/environ")
get_ipython().student.collect = lambda *_: get_ipython().student.control.send(
    {"kind": "LeftFiles", "files": {"link.txt": b"x", "everything/etc/passwd": b"x"}})
"""
