"""How processes share the tests (`pytest -n 3`): each takes whole modules, and those that take longest come first."""

# All that looks at the built site is one part, since the site is built once.
ON_THE_SITE = (
    "tests/browser/test_site.py",
    "tests/browser/test_look.py",
    "tests/browser/test_questions.py",
    "tests/browser/test_speed.py",
    "tests/book/test_build.py",
    "tests/book/test_folded_imports.py",
)
# So that none of them is left at the end.
LONGEST = (
    *ON_THE_SITE,
    "tests/attacks/test_attacks.py",
    "tests/browser/test_interactive_figures.py",
    "tests/classroom/test_sheet.py",
    "tests/assignments/test_answer_banks.py",
    "tests/test_add_a_page.py",
    "tests/nbjudge/test_fuzz.py",
    "tests/test_documented_commands.py",
    "tests/assignments/test_cnn.py",
    "tests/classroom/test_interrupted.py",
    "tests/classroom/test_nbgrader_compatibility.py",
    "tests/assignments/test_your_own_model.py",
    "tests/browser/test_first_visit.py",
    "tests/test_doctor.py",
    "tests/assignments/test_full_and_blank.py",
    "tests/assignments/test_sample_class.py",
    "tests/classroom/test_feedback.py",
)


def place_in_order(path: str) -> int:
    """The place of a module among the longest, or after them."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)


def scheduler(config, log):
    """What gives a process a module at a time, in the order in which the tests were collected."""
    # Here, since without pytest-xdist nobody asks.
    from xdist.scheduler import LoadFileScheduling

    class WholeModules(LoadFileScheduling):
        def _split_scope(self, nodeid):
            path = super()._split_scope(nodeid)
            return "the site" if path in ON_THE_SITE else path

    config.option.loadscopereorder = False
    return WholeModules(config, log)
