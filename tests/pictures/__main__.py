"""``python -m tests.pictures``: draw all of docs/pictures/ anew."""

from tests.pictures.gallery import FOLDER, PICTURES

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (FOLDER / name).write_text(draw(), encoding="utf-8")
