"""The pictures in docs/pictures/: drawn by code, so that a test can hold them to what is true.

``python -m tests.pictures`` draws them anew. A picture is an SVG with its own paper, in the colours
that the reader's system asks for (light or dark), and no wider than a phone can show.
"""
