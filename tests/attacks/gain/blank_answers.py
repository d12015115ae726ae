WHAT = "Nothing is answered, but the tests themselves define, import and capture."
VICTIM = "careless"
