# The pure tests (test_domain_*.py) are not named here: see domain_loader.py.
from . import test_simulation
from . import test_refresh
from . import test_dispute
from . import test_promise
from . import test_aging
from . import test_digest
from . import test_overview
