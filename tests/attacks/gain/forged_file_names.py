WHAT = "The message that hands over the files of the folder names others: above it, results, too many, odd ones."
FIRST = """
student = get_ipython().student
bad = ["../plain.ipynb", "/etc/passwd", "a/../../b", "plain.ipynb", "a\\0b", "\\ud800", "", ".",
       "x" * 199 + "\\U0001f600", "\\n", "a" * 190 + "/" + "b" * 300, "\\U0001f600" * 150, "Plain.ipynb", ".hidden",
       "given.txt", "d/plain.ipynb"]
files = {**{name: b"x" for name in bad}, **{f"{n}.txt": b"" for n in range(1200)}}
files |= {name: b"attack" + b"-succeeded" for name in bad[:7]}
student.collect = lambda *_: student.control.send({"kind": "LeftFiles", "files": files})
"""
