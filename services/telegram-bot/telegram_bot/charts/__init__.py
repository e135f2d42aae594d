"""Candles to PNG: pure drawing. What is drawn is said in `drawing.py`, put together in `render.py`.

Pixels are floats: nothing here is money. Pillow is loaded by the first picture and not before.
"""
