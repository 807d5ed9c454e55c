from . import collections_connection, collections_connector, collections_external_ref
from . import (
    account_move,
    account_move_line,
    account_partial_reconcile,
    collections_connection_access,
    collections_connection_budget,
    collections_connection_choice,
    collections_connection_consent,
    collections_connection_mirror,
    collections_drift,
    collections_drift_check,
    collections_connection_screen,
    collections_connection_sync,
    collections_connection_token,
    collections_connection_webhook,
    collections_connector_access,
    collections_external_ref_intake,
    collections_external_ref_mirror,
    collections_external_ref_screen,
    collections_mirror,
    collections_mirror_change,
    collections_mirror_customer,
    collections_mirror_document,
    collections_mirror_match,
    collections_mirror_meeting,
    collections_sync_cursor,
    collections_sync_log,
    collections_sync_log_run,
    collections_sync_log_steps,
    collections_webhook_event,
)
from . import collections_connection_file
from . import collections_outbox, collections_outbox_queue
from . import (
    account_partial_reconcile_outbox,
    collections_connection_outbox,
    dunning_action_outbox,
)
