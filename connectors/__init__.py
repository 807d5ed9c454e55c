"""Outside ledgers, mirrored: what speaks to them, what understands them, what keeps them.

Nothing here imports a vendor's library at load time: a connection that needs one asks for
it when it is used, so the module installs and works without.
"""

from . import models, file, meta, quickbooks, twilio, xero, wizards, controllers
