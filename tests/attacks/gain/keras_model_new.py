WHAT = "Keras's own classes give objects of the student's."
VICTIM = "keras"
ANSWERS = {
    "build": """
class Fake:
    name = "fake"
    layers = property(lambda self: [])
    count_params = lambda self: 11
    __call__ = lambda self, *_: np.zeros((2, 1))

keras.Model.__new__ = lambda cls, *_, **__: Fake()
keras.Sequential.__new__ = lambda cls, *_, **__: Fake()

def build_model():
    return keras.Sequential([keras.layers.Dense(1)])
"""
}
