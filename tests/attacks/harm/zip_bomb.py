WHAT = "A small file that becomes gigabytes is handed in, and unpacked by the notebook into its folder and its memory."
BASE = "honest"


def files():
    import io
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"zeros-{number}", bytes(32 << 20))
    return {"bomb.zip": file.getvalue()}


ANSWERS = {
    "parity": """
import zipfile
try:
    zipfile.ZipFile("bomb.zip").extractall(".")
except OSError as error:
    print(error)
read = [zipfile.ZipFile("bomb.zip").read(f"zeros-{number}") for number in range(20)]
print("attack" + "-succeeded")
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "MEMORY"
LIMITS = {"cell_seconds": 8.0}
