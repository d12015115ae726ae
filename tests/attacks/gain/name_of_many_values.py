WHAT = "A name has another value each time it is read: whatever the test is about to ask."
VICTIM = "careless"
ANSWERS = {
    "weights": """
import nbjudge.student as student

values = [np.array([1.0, 0.0, 0.0]), np.array([6.0, 0.0, 0.0]), np.array([1.0, 6.0, 1.0])]
before = student.Student._do


def do(self, request):
    if type(request).__name__ == "Get" and request.name == "w":
        return student.Value(request.number, values.pop(0))
    return before(self, request)


student.Student._do = do
w = values[0]
""",
}
