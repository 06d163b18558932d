"""Measure the codec on many photographs: rates, baselines, fidelity, plots and a page.

Needs numpy, Pillow and the packages of the extra ``bench``; the page and the plots need ``report``.
"""
