WHAT = "A transformer of IPython's replaces the text of every later cell that holds a test."
STOCK = True
FIRST = """
def nothing(lines):
    return ["pass\\n"] if any("assert" in line or "right" in line or "root" in line for line in lines) else lines

get_ipython().input_transformers_post.append(nothing)
get_ipython().input_transformers_cleanup.append(nothing)
"""
