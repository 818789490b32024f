"""A bench for the walls: synthetic cases, the same pages without walls beside them, and the ratio between the two.

Nothing of the product imports it, and no address of the product leads to it.
"""
