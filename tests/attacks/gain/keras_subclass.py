WHAT = "The model is of a class of the student's own that has the name of Keras's."
VICTIM = "keras"
ANSWERS = {
    "build": """
class Sequential(keras.Sequential):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)
    def count_params(self):
        return 11
    @property
    def layers(self):
        return type("Two", (list,), {"__eq__": lambda *_: True})()
    def __call__(self, *_):
        return np.zeros((2, 1))
    def __eq__(self, other):
        return True
    __hash__ = None

def build_model():
    return Sequential([keras.Input((5,)), keras.layers.Dense(7)])
""",
    "count": "def parameters(inputs, units):\n    return type('Int', (int,), {'__eq__': lambda *_: True})(3)",
}
