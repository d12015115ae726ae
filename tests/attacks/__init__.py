"""Attacks on the grading engine, one small file each: in gain/ for points, in read/ for secrets, in harm/ for damage.

A file of the bank has these names at module level, of which only WHAT is needed:

    WHAT      one sentence: what the attacker tries.
    VICTIM    "plain" (no more than NumPy is imported), "careless" (its tests ask too little) or "keras"; see
              victims.py.
    BASE      what stands in the solution cells that are not named in ANSWERS: "wrong" (nothing that earns a point),
              or "honest" (the right answers: what must still be earned although another cell attacks).
    ANSWERS   source of solution cells by grade_id.
    FIRST     source of a cell of the attacker's own above all others; LAST: below all others.
    edit      a function that changes the notebook (plain dictionaries, nbformat 4) after it was filled in.
    files     a function of no arguments that gives more files of the submission, by relative path.
    data      a function of the filled in notebook that gives the bytes that are handed in as the notebook.
    POINTS    what must be earned, by grade_id; all others must get nothing.
    STATUS    how the grading must end: a name of `Status`, or a set of names.
    LIMITS    other limits than those of the tests, by the fields of `nbjudge.Limits`.
    TIMES     how often the same submission is graded, one after the other.
    STOCK     True if nbgrader as shipped is believed to fall for it (asserted by a slow test).

In all sources `HOST_FILE` stands for the path of a secret file of the machine, `PORT` for a port on which the machine
listens. An attack that has got what it wanted shows the text of `SUCCESS`, or a secret: both are looked for in
everything that the student could come to see. It is spelt in two parts in the attacks, so that their own sources do not
count. Attacks that harm are bounded: they end by themselves after some hundred processes, some GiB or some seconds.
"""
