"""A pytest plugin: files of attachments stay until the tests end.

The workers' databases share one folder of files. After each class core deletes those of them
that the class's own database does not know; another worker's test had just written one, and
found it empty. What is left goes away with the database, before the next run.
"""


def pytest_collection_finish():
    """Let no class clean up."""
    from odoo.tests.common import TransactionCase

    TransactionCase._gc_filestore = classmethod(lambda cls: None)
