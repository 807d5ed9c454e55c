# The pure tests (test_domain_*.py) are not named here: see domain_loader.py.
from . import test_run
from . import test_scenario_ladder
from . import test_scenario_money
from . import test_scenario_pauses
from . import test_scenario_review
from . import test_simulation
from . import test_refresh
from . import test_dispute
from . import test_promise
from . import test_aging
from . import test_digest
from . import test_overview
from . import test_demo_data
from . import test_views
from . import test_channel_call
from . import test_channel_letter
from . import test_tour_collections
