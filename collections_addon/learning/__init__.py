"""What is learnt from a company's closed invoices: needs numpy and scikit-learn.

Nothing here knows Odoo, and nothing here is imported before it is needed. Training runs
in a process of its own (`__main__`), which gets a file of invoices and writes a file of
numbers: a model is never a pickle, so reading one cannot run code.
"""
