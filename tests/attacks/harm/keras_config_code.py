WHAT = "Names in a model's configuration stand for functions and classes of Python instead of Keras's."
VICTIM = "keras"
BASE = "honest"
ANSWERS = {
    "build": """
turn = 0
names = [
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
    {"module": "builtins", "class_name": "type", "config": {}, "registered_name": None},
    {"class_name": "__lambda__", "config": {"code": "", "defaults": None, "closure": None}},
    {"class_name": "__typespec__", "spec_name": "x", "config": [1]},
    {"module": "keras.src.saving.serialization_lib", "class_name": "SerializableDict", "config": {}},
    {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp"}, "registered_name": None},
    {"module": ["os"], "class_name": {"a": 1}, "config": None, "registered_name": 3},
]

def build_model():
    global turn
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    config = model.get_config()
    config["layers"][-1]["config"]["activation"] = names[turn % len(names)]
    config["layers"][-1]["config"]["kernel_regularizer"] = names[(turn + 1) % len(names)]
    turn += 1
    object.__setattr__(model, "get_config", lambda: config)
    return model
""",
}
POINTS = {"test_count": 1}
