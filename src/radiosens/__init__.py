"""Predict how many cells of a tumour line survive 2 Gy of radiation from gene expression.

The public names stand in ``__init__.pyi`` and are imported when first used, so that
``import radiosens`` is quick.

>>> import radiosens
>>> radiosens.score([0.5, 0.4], [0.5, 0.3]).accuracy
0.5
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
